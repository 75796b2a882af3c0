/** The options of a configuration, without the client of NATS. */
export {
  NatsConfig,
  natsConfigProblems,
  type NatsConnectionConfig,
  NatsLeaseConfig,
  natsLeaseOptions,
  natsLeaseProblems,
  natsOptions,
} from "./NatsConfig.ts"
export type { LeaseEvent, NatsLeaseOptions } from "./lease/NatsLeaseOptions.ts"
export type { NatsAuth, NatsConnectionOptions, NatsReaderOptions, NatsStreamOptions, NatsTls } from "./NatsOptions.ts"
export { NatsReaderConfig, natsReaderOptions } from "./NatsReaderConfig.ts"
export { natsHosts, type NatsProblem } from "./natsProblems.ts"
