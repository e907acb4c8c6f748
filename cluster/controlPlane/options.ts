/** The programs of a control plane. */
export type Component = 'etcd' | 'apiServer' | 'controllerManager' | 'scheduler';

/** How a control plane is arranged. Every option has a default; see docs/cluster.md. */
export interface ControlPlaneOptions {
  /** Where the API server listens, default 127.0.0.1. Another address is announced to the cluster as well. */
  readonly bindAddress?: string;
  /**
   * The API server's port, or what picks one: it is asked again, up to five times in all, if somebody has taken the
   * port meanwhile. Default: picks a free one.
   */
  readonly port?: number | (() => number | Promise<number>);
  /** Further names and addresses that the API server is reached by: its certificate will name them. */
  readonly hosts?: readonly string[];
  /** The range of Service addresses, IPv4, default 10.96.0.0/16. */
  readonly serviceCidr?: string;
  /** Put before every command, such as `['nsenter', '--net=/run/netns/a', '--']`. It must end up as the program itself (exec). */
  readonly commandPrefix?: readonly string[];
  /** Flags after ours: a flag that is given twice counts as given last. */
  readonly flags?: Readonly<Partial<Record<Component, readonly string[]>>>;
  /** Writes an audit log: every request with verb, resource, name, user and code (see `readAuditLog`). Default false. */
  readonly auditLog?: boolean;
  /** Requests a second that the controller manager may make, default 500 (Kubernetes' own 20 makes tests wait). */
  readonly controllerManagerQps?: number;
  /** How long to wait until the cluster is ready, default 60,000 ms. */
  readonly startTimeoutMilliseconds?: number;
}
