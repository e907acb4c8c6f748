package main

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// addController watches Projects and all six owned kinds, which are found by their label: a namespace that outlives its
// Project can have no owner reference to it.
func addController(manager ctrl.Manager) error {
	owned := []client.Object{
		&corev1.Namespace{}, &corev1.ResourceQuota{}, &corev1.LimitRange{},
		&networkingv1.NetworkPolicy{}, &rbacv1.RoleBinding{},
	}
	control := ctrl.NewControllerManagedBy(manager).
		Named("project").
		For(&Project{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WithOptions(controller.Options{MaxConcurrentReconciles: 32})
	for _, object := range owned {
		options := []builder.WatchesOption{builder.WithPredicates(changes())}
		// A quota's predicate needs it whole: its status changes with what is used.
		if _, isQuota := object.(*corev1.ResourceQuota); *metadataOnly && !isQuota {
			options = append(options, builder.OnlyMetadata)
		}
		control = control.Watches(object, handler.EnqueueRequestsFromMapFunc(byLabel), options...)
	}
	// Secrets are copied from the cache, so it has them whole.
	bySecret := func(ctx context.Context, secret client.Object) []reconcile.Request {
		if requests := byLabel(ctx, secret); requests != nil {
			return requests
		}
		return byReader(ctx, manager.GetClient(), secret)
	}
	return control.
		Watches(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(bySecret), builder.WithPredicates(changes())).
		Complete(&Reconciler{client: manager.GetClient()})
}

// byLabel is the Project that an object was made for.
func byLabel(_ context.Context, object client.Object) []reconcile.Request {
	name := object.GetLabels()[projectLabel]
	if name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Name: name}}}
}

// byReader is all Projects that copy a Secret.
func byReader(ctx context.Context, reader client.Reader, secret client.Object) []reconcile.Request {
	var projects ProjectList
	if err := reader.List(ctx, &projects); err != nil {
		return nil
	}
	var requests []reconcile.Request
	for i := range projects.Items {
		for _, copied := range projects.Items[i].Spec.Secrets {
			if copied.From.Namespace == secret.GetNamespace() && copied.From.Name == secret.GetName() {
				requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&projects.Items[i])})
				break
			}
		}
	}
	return requests
}

// changes leaves out the echo of what this program itself creates, and a quota whose use alone has changed.
func changes() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(e event.CreateEvent) bool {
			return *ownCreations || e.Object.GetLabels()[projectLabel] == ""
		},
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok := e.ObjectOld.(*corev1.ResourceQuota)
			if !ok {
				return e.ObjectOld.GetResourceVersion() != e.ObjectNew.GetResourceVersion()
			}
			after, ok := e.ObjectNew.(*corev1.ResourceQuota)
			return !ok || !equality.Semantic.DeepEqual(before.Spec, after.Spec) ||
				!equality.Semantic.DeepEqual(before.Labels, after.Labels)
		},
	}
}
