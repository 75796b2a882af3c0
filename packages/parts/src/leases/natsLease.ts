/** The lease `nats`. */
import { type LeasePlugin, leasePlugin } from "@boltodds/config"
import {
  type LeaseEvent,
  natsHosts,
  NatsLeaseConfig,
  natsLeaseOptions,
  natsLeaseProblems,
} from "@boltodds/nats/options"
import * as Effect from "effect/Effect"
import type { PartsHost } from "../PartsHost.ts"

/** An entry in NATS KV. The client of NATS is loaded when the lease is opened. */
export const natsLease = ({ guards }: Pick<PartsHost, "guards">): LeasePlugin<NatsLeaseConfig> =>
  leasePlugin({
    kind: "lease",
    name: "nats",
    about: "An entry in NATS KV: the process that holds it reads the feed, and the others wait.",
    config: NatsLeaseConfig,
    problems: (written, place) => [
      ...natsLeaseProblems(written).map((problem) => ({ ...problem, part: "value" as const })),
      ...guards?.nats?.(written, place) ?? [],
    ],
    touches: ({ servers = "nats://127.0.0.1:4222" }) =>
      natsHosts(servers).map((what) => ({ kind: "contacts", what, sends: ["user", "client_name", "holder"] })),
    make: (options, { log }) => {
      const onEvent = (event: LeaseEvent): void => {
        switch (event._tag) {
          case "HeldBy":
            return log("info", `standby: ${event.holder} holds the lease`)
          case "Unreachable":
            return log("warn", `the lease cannot be reached, trying again: ${event.error.message}`)
          case "Reachable":
            return log("info", "the lease can be reached again")
          case "Kept":
            return log("warn", "the lease has ended, and the feed is kept (on_lease_unreachable: keep)")
        }
      }
      return Effect.flatMap(
        Effect.promise(() => import("@boltodds/nats")),
        (module) => module.natsLease({ ...natsLeaseOptions(options), onEvent }),
      )
    },
  })
