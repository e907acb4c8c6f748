/** The runtime for operators: everything that a controller stands on. `README.md` explains it noun by noun. */

export {
  Applier,
  type ApplierOptions,
  type ApplyMetrics,
  type ApplyRequest,
  type PruneRule,
} from './apply/applier.ts';
export type { ApplyClient } from './apply/applyClient.ts';
export { Contention, type ContentionOptions } from './apply/contention.ts';
export { type DesiredObject, type DesiredOptions, desire } from './apply/desired.ts';
export type { Why } from './apply/diff.ts';
export type { ApplyIdentity, Owner } from './apply/identity.ts';
export { type Inventory, type InventoryPart, inventoryOf, ownerIndex } from './apply/inventory.ts';
export {
  type ApplyReport,
  ChangedOnAdmissionError,
  type Outcome,
  stands,
  withResult,
} from './apply/report.ts';
export type { Rival } from './apply/rivals.ts';
export type { WholeField } from './apply/wholeField.ts';
export type { Change } from './cache/change.ts';
export { Informer, type InformerOptions } from './cache/informer.ts';
export type { IndexFunction, Lister } from './cache/lister.ts';
export { AnswerTooLargeError } from './client/answerTooLarge.ts';
export * from './client/apiError.ts';
export { CachedClient } from './client/cachedClient.ts';
export type * from './client/client.ts';
export { HttpClient, type HttpClientOptions } from './client/httpClient.ts';
export { isTransient } from './client/retry.ts';
export {
  type Configuration,
  type ConfigurationOptions,
  type ConfigurationOrigin,
  loadConfiguration,
} from './config/configuration.ts';
export { ConfigurationError, type ConfigurationProblem } from './config/configurationError.ts';
export { duration } from './config/duration.ts';
export { Controller, type ControllerOptions } from './controller/controller.ts';
export { recordFailures } from './controller/failureEvents.ts';
export { ReconcileError, type ReconcileErrorReason } from './controller/reconcileError.ts';
export type { Reconcile, ReconcileContext, ReconcileResult } from './controller/reconciler.ts';
export { Told } from './controller/told.ts';
export { type Watch, type WatchOptions, watch } from './controller/watch.ts';
export { Discovery, type DiscoveryOptions, type KindQuery } from './discovery/discovery.ts';
export type { ServedResource } from './discovery/servedResource.ts';
export {
  EventRecorder,
  type EventRecorderOptions,
  type Occurrence,
  type Recorder,
} from './events/eventRecorder.ts';
export { giveBackWhenIdle } from './manager/idleMemory.ts';
export type { Following, InformerRequest } from './manager/informers.ts';
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
export { type Priority, WorkQueue, type WorkQueueOptions } from './queue/workQueue.ts';
export * from './resources/builtin.ts';
export * from './resources/object.ts';
export * from './resources/resource.ts';
export { type Condition, conditionsOf, type Finding } from './status/conditions.ts';
export { findingsOf, type Phase, type PhaseState } from './status/phases.ts';
export {
  StatusNotStoredError,
  type StatusOutcome,
  StatusWriter,
  type StatusWriterOptions,
  type WithStatus,
} from './status/statusWriter.ts';
export { type ConnectOptions, connect } from './transport/connect.ts';
export type { Connection } from './transport/connection.ts';
export { ConnectionError, isConnectionError } from './transport/connectionError.ts';
