/** A pod with more of everything than anybody has, and all of it bad. */

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

const handler = { httpGet: { port: 80, host: '10.0.0.1' } };

const container = (index: number) => ({
  name: `container-${index}`,
  image: 'registry.example.com/web:1',
  ports: numbers(10).map((port) => ({ containerPort: 1000 + port, hostPort: 1000 + port })),
  livenessProbe: handler,
  readinessProbe: handler,
  startupProbe: handler,
  lifecycle: { postStart: handler, preStop: handler },
  securityContext: {
    privileged: true,
    procMount: 'Unmasked',
    runAsUser: 0,
    runAsNonRoot: false,
    capabilities: { add: numbers(40).map((one) => `CAPABILITY_${one}`), drop: ['NET_RAW'] },
    seLinuxOptions: { type: 'spc_t', user: 'system_u', role: 'system_r' },
    appArmorProfile: { type: 'Unconfined' },
    seccompProfile: { type: 'Unconfined' },
    windowsOptions: { hostProcess: true },
  },
});

export const largePod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'large',
    namespace: 'default',
    annotations: Object.fromEntries(
      numbers(200).map((one) => [`container.apparmor.security.beta.kubernetes.io/c${one}`, 'unconfined']),
    ),
  },
  spec: {
    hostNetwork: true,
    hostPID: true,
    hostIPC: true,
    securityContext: {
      ...container(0).securityContext,
      sysctls: numbers(100).map((one) => ({ name: `kernel.s${one}`, value: '1' })),
    },
    volumes: numbers(100).map((one) => ({ name: `volume-${one}`, hostPath: { path: '/' } })),
    containers: numbers(50).map(container),
    initContainers: numbers(50).map((index) => container(50 + index)),
  },
};
