/** What is rolled out: Deployments of three replicas, fifty in a namespace. */

export const replicas = 3;

/** How long the two pauses of an update take. */
export const pausesSeconds = 10;

/** The images of an installation and of the update after it. */
export const images = ['registry.example.com/shop:1', 'registry.example.com/shop:2'] as const;

export interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** All of them. */
export function named(size: number): readonly Named[] {
  return Array.from({ length: size }, (_, index) => ({
    namespace: `bench-${String(Math.floor(index / 50) + 1).padStart(2, '0')}`,
    name: `shop-${String(index + 1).padStart(4, '0')}`,
  }));
}

/** What `spec` has in common, whoever rolls out: what a team's web service commonly says. */
export function commonSpec({ name }: Named, image: string): object {
  return {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name, team: 'shop' } },
      spec: {
        containers: [
          {
            name: 'main',
            image,
            ports: [{ name: 'http', containerPort: 8080 }],
            env: [
              { name: 'LOG_LEVEL', value: 'info' },
              { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            ],
            resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
            readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 },
            securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
          },
        ],
      },
    },
  };
}
