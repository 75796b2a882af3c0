/** The options of a configuration, without the client of NATS. */
export { NatsConfig, natsConfigProblems, natsOptions } from "./NatsConfig.ts"
export type { NatsAuth, NatsConnectionOptions, NatsStreamOptions, NatsTls } from "./NatsOptions.ts"
export { natsHosts, type NatsProblem } from "./natsProblems.ts"
