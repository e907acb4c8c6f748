/** The files that containerd, the CNI plug-ins, the kubelet, kube-proxy and CoreDNS are started with. Pure text. */
import { stringify } from 'yaml';
import { cniPlugins } from './prerequisites.ts';

/** Where one real node keeps its things; all of it goes when the node stops. */
export interface NodeFolders {
  readonly root: string;
  readonly containerdRoot: string;
  readonly containerdState: string;
  readonly containerdSocket: string;
  readonly cniConfiguration: string;
  readonly cniData: string;
  readonly kubeletRoot: string;
  readonly podLogs: string;
}

export function foldersIn(root: string): NodeFolders {
  return {
    root,
    containerdRoot: `${root}/containerd/root`,
    containerdState: `${root}/containerd/state`,
    containerdSocket: `${root}/containerd/containerd.sock`,
    cniConfiguration: `${root}/cni/net.d`,
    cniData: `${root}/cni/data`,
    kubeletRoot: `${root}/kubelet`,
    podLogs: `${root}/pod-logs`,
  };
}

/** containerd 1.6. `restrict_oom_score_adj`: without it runc dies where CAP_SYS_RESOURCE is missing. */
export function containerdConfiguration(folders: NodeFolders, sandboxImage: string): string {
  return `version = 2
root = "${folders.containerdRoot}"
state = "${folders.containerdState}"
[grpc]
  address = "${folders.containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${sandboxImage}"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniPlugins}"
    conf_dir = "${folders.cniConfiguration}"
`;
}

/** A bridge that the node has made already, with port mappings; pods reach themselves through their Service (hairpin). */
export function cniConfiguration(folders: NodeFolders, bridge: string, podCidr: string): string {
  return JSON.stringify({
    cniVersion: '0.4.0',
    name: 'mainstay',
    plugins: [
      {
        type: 'bridge',
        bridge,
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: folders.cniData,
          ranges: [[{ subnet: podCidr }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
}

export interface KubeletSettings {
  readonly address: string;
  readonly clientCa: string;
  readonly servingCertificate: string;
  readonly servingKey: string;
  readonly cgroupRoot: string;
  readonly clusterDns: string;
  readonly folders: NodeFolders;
}

/** For cgroup v1 and a machine that is not ours alone: no limits for the system, no eviction by disk. */
export function kubeletConfiguration(settings: KubeletSettings): string {
  return stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: settings.address,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: settings.clientCa },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: settings.servingCertificate,
    tlsPrivateKeyFile: settings.servingKey,
    containerRuntimeEndpoint: `unix://${settings.folders.containerdSocket}`,
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: settings.cgroupRoot,
    cgroupsPerQOS: true,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    localStorageCapacityIsolation: false,
    imageMinimumGCAge: '24h',
    evictionHard: { 'memory.available': '50Mi' },
    resolvConf: '',
    clusterDNS: [settings.clusterDns],
    clusterDomain: 'cluster.local',
    nodeStatusUpdateFrequency: '5s',
    syncFrequency: '10s',
    podLogsDir: settings.folders.podLogs,
    // Tests start many pods at once on one node.
    maxPods: 250,
    registerNode: true,
    serializeImagePulls: false,
  });
}

/** All conntrack settings zero: they are the host's, and not ours to change. */
export function kubeProxyConfiguration(kubeconfig: string, podCidr: string): string {
  return stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clientConnection: { kubeconfig },
    clusterCIDR: podCidr,
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
  });
}

/** Names outside the cluster answer NXDOMAIN: these machines have nobody to ask. */
export const corefile = `cluster.local in-addr.arpa ip6.arpa {
  errors
  ready
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    pods insecure
  }
  cache 5
}
. {
  template ANY ANY . {
    rcode NXDOMAIN
  }
}
`;
