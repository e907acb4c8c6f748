// A peer of the bench: Mainstay's Project controller on controller-runtime, tuned as its documentation advises.
package main

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/labels"
	kruntime "k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

var (
	version         = flag.Bool("version", false, "print the versions of what this is made of, and end")
	lease           = flag.String("lease", "mainstay", "name of the Lease")
	leaseNamespace  = flag.String("lease-namespace", "mainstay-system", "namespace of the Lease")
	sharedNamespace = flag.String("shared-namespace", "bench-shared", "namespace of the Secrets to copy")
	metadataOnly    = flag.Bool("metadata-only", false, "cache of the owned objects only the metadata, but for quotas and Secrets")
	ownCreations    = flag.Bool("own-creations", false, "reconcile again when an owned object is created, as without a predicate")
)

func main() {
	flag.Parse() // --kubeconfig is controller-runtime's own; without it, KUBECONFIG
	if *version {
		fmt.Println(versions())
		return
	}
	ctrl.SetLogger(logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, nil)))
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	scheme := kruntime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return err
	}
	addToScheme(scheme)

	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	config.QPS = -1 // no limit of the client's own: the API server has its priority and fairness

	made, err := labels.Parse(projectLabel)
	if err != nil {
		return err
	}
	ours := cache.ByObject{Label: made}
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                        scheme,
		LeaderElection:                true,
		LeaderElectionID:              *lease,
		LeaderElectionNamespace:       *leaseNamespace,
		LeaderElectionReleaseOnCancel: true,
		Metrics:                       metricsserver.Options{BindAddress: "0"},
		Cache: cache.Options{
			DefaultTransform: cache.TransformStripManagedFields(),
			ByObject: map[client.Object]cache.ByObject{
				&corev1.Namespace{}:           ours,
				&corev1.ResourceQuota{}:       ours,
				&corev1.LimitRange{}:          ours,
				&networkingv1.NetworkPolicy{}: ours,
				&rbacv1.RoleBinding{}:         ours,
				&corev1.Secret{}: {Namespaces: map[string]cache.Config{
					*sharedNamespace:    {LabelSelector: labels.SelectorFromSet(labels.Set{sharedLabel: "true"})},
					cache.AllNamespaces: {LabelSelector: made},
				}},
			},
		},
	})
	if err != nil {
		return err
	}
	if err := addController(manager); err != nil {
		return err
	}
	return manager.Start(ctrl.SetupSignalHandler())
}

func versions() string {
	parts := []string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			switch module.Path {
			case "sigs.k8s.io/controller-runtime", "k8s.io/client-go":
				parts = append(parts, module.Path[strings.LastIndex(module.Path, "/")+1:]+" "+module.Version)
			}
		}
	}
	return strings.Join(append(parts, runtime.Version()), ", ")
}
