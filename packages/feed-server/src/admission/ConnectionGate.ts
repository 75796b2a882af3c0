/** Which dials and requests are accepted: keys, the plan's connections, the rate limit. */
import { type Filters, planLimits } from "@boltodds/protocol"
import type { FeedServerOptions, PlanName } from "../FeedServerOptions.ts"
import type { RestAnswer } from "../hooks.ts"

/** Dials and REST requests a minute, together, per address. */
const requestsPerMinute = 12
/** As one client reports it: PROTOCOL, "Endpoints". */
export const tooManyText = "too many concurrent connections"

/** Refuses dials and requests that come too often or without a valid key. */
export class ConnectionGate {
  /** The plan in `socket_connected`; null: none. */
  readonly plan: PlanName | null
  /** A key that is accepted. */
  readonly key: string
  readonly #accepts: (key: string) => boolean
  readonly #window: MinuteWindow | undefined
  readonly #mostConnections: number
  readonly #overConnections: "status" | "text"
  readonly #starter: boolean

  constructor(options: FeedServerOptions) {
    this.plan = options.plan === undefined ? "Pro" : options.plan
    const plan = this.plan ?? "Pro"
    const keys = options.key === undefined ? undefined : typeof options.key === "string" ? [options.key] : options.key
    const known = keys === undefined ? undefined : new Set(keys)
    this.#accepts = options.accepts ?? ((key) => known === undefined || known.has(key))
    this.key = keys?.[0] ?? "simulated"
    const limits = typeof options.limits === "object"
      ? options.limits
      : { connections: options.limits === true, requestsPerMinute: options.limits === true }
    const perMinute = limits.requestsPerMinute ?? false
    if (perMinute !== false) this.#window = new MinuteWindow(perMinute === true ? requestsPerMinute : perMinute)
    const connections = limits.connections ?? false
    this.#mostConnections = connections === true
      ? planLimits(plan)?.connections ?? Number.POSITIVE_INFINITY
      : connections === false
      ? Number.POSITIVE_INFINITY
      : connections
    this.#overConnections = limits.overConnections ?? "status"
    this.#starter = plan === "Starter" && connections !== false
  }

  /** The answer to a dial or request that is refused; undefined if it is accepted. */
  refusal(remoteAddress: string, key: string): RestAnswer | undefined {
    const wait = this.#window?.take(remoteAddress, performance.now()) ?? 0
    if (wait > 0) return { status: 429, body: "Too many requests", headers: { "Retry-After": String(wait) } }
    if (key === "") return { status: 401, body: "Missing API key" }
    if (!this.#accepts(key)) return { status: 401, body: "Invalid API key" }
    return undefined
  }

  /** How a dial is answered when so many connections of its key are open: refused by status or by text, or accepted. */
  crowd(open: number): "status" | "text" | "fine" {
    return open >= this.#mostConnections ? this.#overConnections : "fine"
  }

  /** Whether the plan covers what is asked for: Starter has one sport and one market (PROTOCOL, "Endpoints"). */
  covers(filters: Filters): boolean {
    return !this.#starter || (filters.sports?.length === 1 && filters.markets?.length === 1)
  }
}

/** Counts per address over the last minute. */
class MinuteWindow {
  readonly #most: number
  readonly #times = new Map<string, Array<number>>()

  constructor(most: number) {
    this.#most = most
  }

  /** Counts one and returns 0 if the last minute has room for it; otherwise returns the whole seconds until it has. */
  take(address: string, nowMillis: number): number {
    const recent = (this.#times.get(address) ?? []).filter((time) => time > nowMillis - 60_000)
    this.#times.set(address, recent)
    if (recent.length >= this.#most) return Math.max(1, Math.ceil((recent[0]! + 60_000 - nowMillis) / 1000))
    recent.push(nowMillis)
    return 0
  }
}
