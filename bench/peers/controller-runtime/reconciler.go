package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const fieldOwner = client.FieldOwner("mainstay-bench")

// Reconciler applies everything that a Project comes to, each time that it looks at one.
type Reconciler struct {
	client client.Client
}

func (r *Reconciler) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	var project Project
	if err := r.client.Get(ctx, request.NamespacedName, &project); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if !project.DeletionTimestamp.IsZero() {
		return reconcile.Result{}, nil
	}
	if project.Status.ObservedGeneration != project.Generation {
		if err := r.report(ctx, &project, false, "Applying", "Its objects are being applied"); err != nil {
			return reconcile.Result{}, err
		}
	}
	sources, err := r.sourcesOf(ctx, &project)
	if err != nil {
		return reconcile.Result{}, err
	}
	for _, object := range objectsOf(&project, sources) {
		if err := r.client.Apply(ctx, object, fieldOwner, client.ForceOwnership); err != nil {
			return reconcile.Result{}, err
		}
	}
	message := fmt.Sprintf("All %d environments stand", len(project.Spec.Environments))
	return reconcile.Result{}, r.report(ctx, &project, true, "AsDesired", message)
}

func (r *Reconciler) sourcesOf(ctx context.Context, project *Project) ([]*corev1.Secret, error) {
	var sources []*corev1.Secret
	for _, copied := range project.Spec.Secrets {
		var source corev1.Secret
		key := client.ObjectKey{Namespace: copied.From.Namespace, Name: copied.From.Name}
		if err := r.client.Get(ctx, key, &source); err != nil {
			return nil, err
		}
		sources = append(sources, &source)
	}
	return sources, nil
}

// report writes the status if it says anything new.
func (r *Reconciler) report(ctx context.Context, project *Project, ready bool, reason, message string) error {
	before := project.DeepCopy()
	status := &project.Status
	status.ObservedGeneration = project.Generation
	for kind, is := range map[string]bool{"Ready": ready, "Reconciling": !ready} {
		value := metav1.ConditionFalse
		if is {
			value = metav1.ConditionTrue
		}
		meta.SetStatusCondition(&status.Conditions, metav1.Condition{
			Type: kind, Status: value, Reason: reason, Message: message, ObservedGeneration: project.Generation,
		})
	}
	status.Environments = nil
	for _, environment := range project.Spec.Environments {
		status.Environments = append(status.Environments, EnvironmentStatus{
			Name: environment.Name, Namespace: namespaceOf(project, environment), Ready: ready, Reason: reason,
		})
	}
	if equality.Semantic.DeepEqual(before.Status, *status) {
		return nil
	}
	return r.client.Status().Patch(ctx, project, client.MergeFrom(before), fieldOwner)
}
