/** Who is let in: keys, the plan's connections, the rate limit. */
import { type Filters, planLimits } from "@boltodds/protocol"
import type { RestAnswer } from "./faults/Behavior.ts"
import { MinuteWindow, type PlanName, requestsPerMinute } from "./Limits.ts"
import type { SimulatorOptions } from "./Options.ts"

/** What a dial or request gets that comes too often or without a good key. */
export class ConnectionGate {
  /** What `socket_connected` tells; null: nothing. */
  readonly toldPlan: PlanName | null
  /** A key that is accepted. */
  readonly key: string
  readonly #keys: ReadonlySet<string> | undefined
  readonly #window: MinuteWindow | undefined
  readonly #mostConnections: number
  readonly #overConnections: "status" | "text"
  readonly #starter: boolean

  constructor(options: SimulatorOptions) {
    this.toldPlan = options.plan === undefined ? "Pro" : options.plan
    const plan = this.toldPlan ?? "Pro"
    const keys = options.key === undefined ? undefined : typeof options.key === "string" ? [options.key] : options.key
    this.#keys = keys === undefined ? undefined : new Set(keys)
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

  /** The answer to a dial or request that is refused; undefined where it is not. */
  refusal(remoteAddress: string, key: string): RestAnswer | undefined {
    const wait = this.#window?.take(remoteAddress, performance.now()) ?? 0
    if (wait > 0) return { status: 429, body: "Too many requests", headers: { "Retry-After": String(wait) } }
    if (key === "") return { status: 401, body: "Missing API key" }
    if (this.#keys !== undefined && !this.#keys.has(key)) return { status: 401, body: "Invalid API key" }
    return undefined
  }

  /** What becomes of a dial when so many connections of its key are open: refused by status, told by text, or fine. */
  crowd(open: number): "status" | "text" | "fine" {
    return open >= this.#mostConnections ? this.#overConnections : "fine"
  }

  /** Whether the plan covers what is asked for: Starter has one sport and one market (PROTOCOL, "Endpoints"). */
  covers(filters: Filters): boolean {
    return !this.#starter || (filters.sports?.length === 1 && filters.markets?.length === 1)
  }
}
