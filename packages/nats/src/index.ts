export { nats, type NatsSinkEvent, type NatsSinkOptions } from "./natsSink.ts"
export { natsReaderCheck } from "./natsReaderCheck.ts"
export { natsRecords } from "./natsRecords.ts"
export { NatsError, type NatsErrorReason } from "./NatsError.ts"
export { type NatsBook, natsBook, type NatsBookOptions } from "./natsBook.ts"
export type {
  LogPosition,
  NatsAuth,
  NatsConnectionOptions,
  NatsReaderOptions,
  NatsStreamOptions,
  NatsTls,
} from "./NatsOptions.ts"
export { subjectOf, subjectsOfGame } from "./subject/subjectOf.ts"
export { textOf, tokenOf } from "./subject/token.ts"
export { type Lease, natsLease } from "./lease/natsLease.ts"
export type { LeaseEvent, NatsLeaseOptions } from "./lease/NatsLeaseOptions.ts"
