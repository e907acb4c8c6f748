package main

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	core "k8s.io/client-go/applyconfigurations/core/v1"
	meta "k8s.io/client-go/applyconfigurations/meta/v1"
	networking "k8s.io/client-go/applyconfigurations/networking/v1"
	rbac "k8s.io/client-go/applyconfigurations/rbac/v1"
)

const (
	ownerLabel       = "mainstay.dev/owner"
	projectLabel     = "mainstay.dev/project"
	environmentLabel = "mainstay.dev/environment"
	isolationLabel   = "mainstay.dev/isolation"
	sharedLabel      = "mainstay.dev/shared"
)

// objectsOf is all that a Project comes to, in the order in which it is to stand: walls before access.
func objectsOf(project *Project, sources []*corev1.Secret) []runtime.ApplyConfiguration {
	var objects []runtime.ApplyConfiguration
	var weights int64
	for _, environment := range project.Spec.Environments {
		weights += environment.Quota.Weight
	}
	for _, environment := range project.Spec.Environments {
		namespace := namespaceOf(project, environment)
		marks := map[string]string{
			ownerLabel:       string(project.UID),
			projectLabel:     project.Name,
			environmentLabel: environment.Name,
		}
		objects = append(objects,
			core.Namespace(namespace).WithLabels(marks).WithLabels(namespaceLabels(&project.Spec)),
			isolation(namespace).WithLabels(marks),
			rules(namespace, &project.Spec.Network).WithLabels(marks),
			core.ResourceQuota("mainstay-quota", namespace).WithLabels(marks).
				WithSpec(core.ResourceQuotaSpec().WithHard(share(project.Spec.Quota.Hard, environment.Quota.Weight, weights))),
			core.LimitRange("mainstay-limits", namespace).WithLabels(marks).
				WithSpec(core.LimitRangeSpec().WithLimits(core.LimitRangeItem().
					WithType(corev1.LimitTypeContainer).
					WithDefault(project.Spec.Limits.Default).
					WithDefaultRequest(project.Spec.Limits.DefaultRequest))),
		)
		for i, source := range sources {
			objects = append(objects, core.Secret(project.Spec.Secrets[i].Name, namespace).WithLabels(marks).
				WithType(source.Type).WithData(source.Data))
		}
		objects = append(objects, roleBinding(namespace, "admin", project.Spec.Owners).WithLabels(marks))
		for _, grant := range project.Spec.Access {
			objects = append(objects, roleBinding(namespace, grant.Role, grant.Subjects).WithLabels(marks))
		}
	}
	return objects
}

func namespaceOf(project *Project, environment Environment) string {
	return project.Name + "-" + environment.Name
}

func namespaceLabels(spec *ProjectSpec) map[string]string {
	labels := map[string]string{isolationLabel: spec.Network.Isolation}
	for _, mode := range []string{"enforce", "audit", "warn"} {
		labels["pod-security.kubernetes.io/"+mode] = spec.PodSecurity
		labels["pod-security.kubernetes.io/"+mode+"-version"] = "latest"
	}
	return labels
}

// isolation is the wall: the namespace itself, and DNS outwards.
func isolation(namespace string) *networking.NetworkPolicyApplyConfiguration {
	own := networking.NetworkPolicyPeer().WithPodSelector(meta.LabelSelector())
	dns := networking.NetworkPolicyPeer().
		WithNamespaceSelector(meta.LabelSelector().WithMatchLabels(map[string]string{"kubernetes.io/metadata.name": "kube-system"})).
		WithPodSelector(meta.LabelSelector().WithMatchLabels(map[string]string{"k8s-app": "kube-dns"}))
	return policy("mainstay-isolation", namespace,
		[]*networking.NetworkPolicyIngressRuleApplyConfiguration{networking.NetworkPolicyIngressRule().WithFrom(own)},
		[]*networking.NetworkPolicyEgressRuleApplyConfiguration{
			networking.NetworkPolicyEgressRule().WithTo(own),
			networking.NetworkPolicyEgressRule().WithTo(dns).WithPorts(
				portOf(corev1.ProtocolUDP, intstr.FromInt32(53)), portOf(corev1.ProtocolTCP, intstr.FromInt32(53))),
		})
}

// rules is what the Project lets through the wall.
func rules(namespace string, network *Network) *networking.NetworkPolicyApplyConfiguration {
	var ingress []*networking.NetworkPolicyIngressRuleApplyConfiguration
	for _, rule := range network.Ingress {
		ingress = append(ingress, networking.NetworkPolicyIngressRule().WithFrom(peersOf(rule.From)...).WithPorts(portsOf(rule.Ports)...))
	}
	var egress []*networking.NetworkPolicyEgressRuleApplyConfiguration
	for _, rule := range network.Egress {
		egress = append(egress, networking.NetworkPolicyEgressRule().WithTo(peersOf(rule.To)...).WithPorts(portsOf(rule.Ports)...))
	}
	return policy("mainstay-rules", namespace, ingress, egress)
}

func policy(
	name, namespace string,
	ingress []*networking.NetworkPolicyIngressRuleApplyConfiguration,
	egress []*networking.NetworkPolicyEgressRuleApplyConfiguration,
) *networking.NetworkPolicyApplyConfiguration {
	return networking.NetworkPolicy(name, namespace).WithSpec(networking.NetworkPolicySpec().
		WithPodSelector(meta.LabelSelector()).
		WithPolicyTypes(networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress).
		WithIngress(ingress...).WithEgress(egress...))
}

func peersOf(peers []Peer) []*networking.NetworkPolicyPeerApplyConfiguration {
	var result []*networking.NetworkPolicyPeerApplyConfiguration
	for _, peer := range peers {
		native := networking.NetworkPolicyPeer()
		if peer.CIDR != "" {
			native.WithIPBlock(networking.IPBlock().WithCIDR(peer.CIDR))
		}
		if peer.NamespaceSelector != nil {
			native.WithNamespaceSelector(meta.LabelSelector().WithMatchLabels(peer.NamespaceSelector.MatchLabels))
		}
		result = append(result, native)
	}
	return result
}

func portsOf(ports []Port) []*networking.NetworkPolicyPortApplyConfiguration {
	var result []*networking.NetworkPolicyPortApplyConfiguration
	for _, port := range ports {
		result = append(result, portOf(corev1.ProtocolTCP, port.Port))
	}
	return result
}

func portOf(protocol corev1.Protocol, port intstr.IntOrString) *networking.NetworkPolicyPortApplyConfiguration {
	return networking.NetworkPolicyPort().WithProtocol(protocol).WithPort(port)
}

// share is what the weight gives of the total. The bench's totals divide without a rest.
func share(total corev1.ResourceList, weight, weights int64) corev1.ResourceList {
	result := corev1.ResourceList{}
	for name, quantity := range total {
		result[name] = *resource.NewMilliQuantity(quantity.MilliValue()*weight/weights, quantity.Format)
	}
	return result
}

func roleBinding(namespace, role string, subjects []rbacv1.Subject) *rbac.RoleBindingApplyConfiguration {
	binding := rbac.RoleBinding("mainstay-"+role, namespace).
		WithRoleRef(rbac.RoleRef().WithAPIGroup(rbacv1.GroupName).WithKind("ClusterRole").WithName(role))
	for _, subject := range subjects {
		binding.WithSubjects(rbac.Subject().WithAPIGroup(rbacv1.GroupName).WithKind(subject.Kind).WithName(subject.Name))
	}
	return binding
}
