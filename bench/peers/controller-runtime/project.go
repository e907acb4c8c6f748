package main

import (
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
)

var groupVersion = schema.GroupVersion{Group: "mainstay.dev", Version: "v1alpha1"}

// Project is as much of the custom resource as the bench's Projects use.
type Project struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              ProjectSpec   `json:"spec"`
	Status            ProjectStatus `json:"status,omitempty"`
}

type ProjectList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Project `json:"items"`
}

type ProjectSpec struct {
	Owners       []rbacv1.Subject `json:"owners"`
	Access       []Grant          `json:"access"`
	Quota        Quota            `json:"quota"`
	Limits       Limits           `json:"limits"`
	Network      Network          `json:"network"`
	PodSecurity  string           `json:"podSecurity"`
	Secrets      []SecretCopy     `json:"secrets"`
	Environments []Environment    `json:"environments"`
}

type Grant struct {
	Role     string           `json:"role"`
	Subjects []rbacv1.Subject `json:"subjects"`
}

type Quota struct {
	Hard corev1.ResourceList `json:"hard"`
}

type Limits struct {
	Default        corev1.ResourceList `json:"default"`
	DefaultRequest corev1.ResourceList `json:"defaultRequest"`
}

type Network struct {
	Isolation string `json:"isolation"`
	Ingress   []Rule `json:"ingress"`
	Egress    []Rule `json:"egress"`
}

// Rule is one direction's: From of ingress, To of egress.
type Rule struct {
	From  []Peer `json:"from,omitempty"`
	To    []Peer `json:"to,omitempty"`
	Ports []Port `json:"ports,omitempty"`
}

type Peer struct {
	CIDR              string                `json:"cidr,omitempty"`
	NamespaceSelector *metav1.LabelSelector `json:"namespaceSelector,omitempty"`
}

type Port struct {
	Port intstr.IntOrString `json:"port"`
}

type SecretCopy struct {
	Name string       `json:"name"`
	From SecretSource `json:"from"`
}

type SecretSource struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

type Environment struct {
	Name  string           `json:"name"`
	Quota EnvironmentQuota `json:"quota"`
}

type EnvironmentQuota struct {
	Weight int64 `json:"weight"`
}

type ProjectStatus struct {
	ObservedGeneration int64               `json:"observedGeneration,omitempty"`
	Conditions         []metav1.Condition  `json:"conditions,omitempty"`
	Environments       []EnvironmentStatus `json:"environments,omitempty"`
}

type EnvironmentStatus struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Ready     bool   `json:"ready"`
	Reason    string `json:"reason"`
	Repairs   int64  `json:"repairs"`
}

func addToScheme(scheme *runtime.Scheme) {
	scheme.AddKnownTypes(groupVersion, &Project{}, &ProjectList{})
	metav1.AddToGroupVersion(scheme, groupVersion)
}

// DeepCopy shares the spec, which this program never writes.
func (p *Project) DeepCopy() *Project {
	copied := *p
	p.ObjectMeta.DeepCopyInto(&copied.ObjectMeta)
	copied.Status.Conditions = append([]metav1.Condition(nil), p.Status.Conditions...)
	copied.Status.Environments = append([]EnvironmentStatus(nil), p.Status.Environments...)
	return &copied
}

func (p *Project) DeepCopyObject() runtime.Object { return p.DeepCopy() }

func (l *ProjectList) DeepCopyObject() runtime.Object {
	copied := *l
	l.ListMeta.DeepCopyInto(&copied.ListMeta)
	copied.Items = make([]Project, len(l.Items))
	for i := range l.Items {
		copied.Items[i] = *l.Items[i].DeepCopy()
	}
	return &copied
}
