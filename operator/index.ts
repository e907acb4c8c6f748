/** The runtime for operators: everything that a controller stands on. `README.md` explains it noun by noun. */

export type { Change } from './cache/change.ts';
export { Informer, type InformerOptions } from './cache/informer.ts';
export type { IndexFunction, Lister } from './cache/lister.ts';
export * from './client/apiError.ts';
export type * from './client/client.ts';
export { HttpClient, type HttpClientOptions } from './client/httpClient.ts';
export {
  type Configuration,
  type ConfigurationOptions,
  type ConfigurationOrigin,
  loadConfiguration,
} from './config/configuration.ts';
export { ConfigurationError, type ConfigurationProblem } from './config/configurationError.ts';
export { duration } from './config/duration.ts';
export { Controller, type ControllerOptions } from './controller/controller.ts';
export { ReconcileError, type ReconcileErrorReason } from './controller/reconcileError.ts';
export type { Reconcile, ReconcileContext, ReconcileResult } from './controller/reconciler.ts';
export { type Watch, type WatchOptions, watch } from './controller/watch.ts';
export { LeadershipLostError } from './manager/leaderElection.ts';
export { createLog, type LogOptions } from './manager/log.ts';
export {
  type ControllerSettings,
  type LeaderElectionOptions,
  Manager,
  type ManagerOptions,
} from './manager/manager.ts';
export { NotLeadingError } from './manager/writeFence.ts';
export { type Clock, monotonicClock } from './queue/clock.ts';
export { type Priority, WorkQueue } from './queue/workQueue.ts';
export * from './resources/builtin.ts';
export * from './resources/object.ts';
export * from './resources/resource.ts';
export { type ConnectOptions, connect } from './transport/connect.ts';
export type { Connection } from './transport/connection.ts';
