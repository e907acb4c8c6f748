import { defaultGrantableRoles, installation } from '../crds/project/admission.ts';

/** What may differ between installations. The namespace may not: the admission policies name the operator by it. */
export interface InstallOptions {
  /** The operator's image. Default `docker.io/library/mainstay:dev`, as the Dockerfile here is built for the demo and the tests. */
  readonly image: string;
  /** Two, of which one leads: the other takes over within seconds. 0 installs all but the operator's pods. */
  readonly replicas: number;
  /**
   * ClusterRoles that Projects may grant, `admin` among them. From it come the operator's right to `bind`, the policy and
   * the operator's own setting. Default admin, edit, view.
   */
  readonly grantableRoles: readonly string[];
  /** More of the operator's settings, as environment variables (`MAINSTAY_…`; `node main.ts --help` lists them). */
  readonly settings: Readonly<Record<string, string>>;
}

export const defaultOptions: InstallOptions = {
  image: 'docker.io/library/mainstay:dev',
  replicas: 2,
  grantableRoles: defaultGrantableRoles,
  settings: {},
};

/** Selects the operator's pods. */
export const selectorLabels: Readonly<Record<string, string>> = {
  'app.kubernetes.io/name': 'mainstay',
  'app.kubernetes.io/component': 'operator',
};

/** On everything that is installed. */
export const commonLabels: Readonly<Record<string, string>> = {
  'app.kubernetes.io/name': 'mainstay',
  'app.kubernetes.io/part-of': 'mainstay',
};

/** The operator's ports; the same numbers are its defaults. */
export const ports = { metrics: 8080, probes: 8081 } as const;

export { installation };
