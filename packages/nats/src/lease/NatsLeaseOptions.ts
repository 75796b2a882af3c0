/** The options of a lease, and what is wrong with them. */
import type * as Duration from "effect/Duration"
import type { NatsError } from "../NatsError.ts"
import { namePattern, type NatsConnectionOptions } from "../NatsOptions.ts"

/** The options of `natsLease`. */
export interface NatsLeaseOptions extends NatsConnectionOptions {
  /** The name of the lease: processes with one name contend for it. Letters, digits, `_` and `-`. Default `boltodds`. */
  readonly name?: string
  /** The bucket of NATS KV that holds it. It is made where it is missing. Default `boltodds_leases`. */
  readonly bucket?: string
  /** After this time without a renewal another process takes over. At least 1 s, and 3 times `renew`. Default 10 s. */
  readonly ttl?: Duration.Duration
  /** Between two renewals. Default 2 s. */
  readonly renew?: Duration.Duration
  /**
   * What a leader does that cannot reach NATS when its lease ends. `close`: it leads no longer · `keep`: it goes on, until
   * it learns that another process leads. Default `close`.
   */
  readonly onUnreachable?: "close" | "keep"
  /** How others call this process. Default: the name of the machine and the number of the process. */
  readonly holder?: string
  /** Whether a bucket that is missing is made. Default true. */
  readonly create?: boolean
  /** Where a new bucket is kept. Default `file`. */
  readonly storage?: "file" | "memory"
  /** On how many servers of a cluster a new bucket is kept, 1 to 5. Default 1. */
  readonly replicas?: number
  /** Called for what an operator wants to know. Must not throw. */
  readonly onEvent?: (event: LeaseEvent) => void
}

/** What happens to a lease. */
export type LeaseEvent =
  /** Another process leads: this one is a standby. Once for each holder. */
  | { readonly _tag: "HeldBy"; readonly holder: string }
  /** NATS cannot be reached. Once for each time; it is tried again. */
  | { readonly _tag: "Unreachable"; readonly error: NatsError }
  /** NATS answers again. */
  | { readonly _tag: "Reachable" }
  /** The lease has ended, NATS cannot be reached, and this process goes on leading (`onUnreachable: "keep"`). */
  | { readonly _tag: "Kept" }

/** What an option is that is left out. */
export const defaults = { name: "boltodds", bucket: "boltodds_leases", ttlMillis: 10_000, renewMillis: 2_000 }
const shortestTtlMillis = 1_000
/** Renewals that fit into a lease at least. */
const leastRenewals = 3

/** What is wrong with the times or names of a lease, as a sentence without its full stop. */
export const leaseProblem = ({ name = defaults.name, bucket = defaults.bucket, ttlMillis, renewMillis }: {
  readonly name?: string | undefined
  readonly bucket?: string | undefined
  readonly ttlMillis?: number | undefined
  readonly renewMillis?: number | undefined
}): string | undefined => {
  const ttl = ttlMillis ?? defaults.ttlMillis
  if (!namePattern.test(name)) return "its name must be 1 to 64 letters, digits, _ and -"
  if (!namePattern.test(bucket)) return "the name of its bucket must be 1 to 64 letters, digits, _ and -"
  if (ttl < shortestTtlMillis) return `its ttl is ${ttl} ms, and ${shortestTtlMillis} ms are the least`
  if (renewMillis !== undefined && renewMillis * leastRenewals > ttl) {
    return `its ttl is ${ttl} ms, which is less than ${leastRenewals} times renew (${renewMillis} ms)`
  }
  return undefined
}
