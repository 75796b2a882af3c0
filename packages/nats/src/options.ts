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
export type { NatsAuth, NatsConnectionOptions, NatsStreamOptions, NatsTls } from "./NatsOptions.ts"
export { natsHosts, type NatsProblem } from "./natsProblems.ts"
