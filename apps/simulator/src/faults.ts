/** Faults by name, as the command line has them. */
import {
  acceptThenClose,
  type Behaviour,
  cutSnapshot,
  garbage,
  ignoreSubscribe,
  mute,
  noAck,
  refuse,
} from "@boltodds/simulator"

const makers = {
  "refuse-401": () => refuse(401, { body: "Invalid API key" }),
  "refuse-429": () => refuse(429, { body: "Too many requests", retryAfterSeconds: 30 }),
  "refuse-503": () => refuse(503, { body: "too many concurrent connections" }),
  "accept-then-close": () => acceptThenClose(),
  "no-ack": () => noAck(),
  "ignore-subscribe": () => ignoreSubscribe(),
  "mute": () => mute(),
  "cut-snapshot": () => cutSnapshot(3),
  "garbage": () => garbage(5),
} satisfies Record<string, () => Behaviour>

/** A fault that can be asked for. */
export type FaultName = keyof typeof makers

/** All of them, in the order that help lists them. */
export const faultNames = Object.keys(makers) as ReadonlyArray<FaultName>

/** A fresh behaviour of this name. */
export const faultOf = (name: FaultName): Behaviour => makers[name]()
