/** Dials that are answered with a status. */
import type { RestAnswer } from "@boltodds/feed-server"
import type { Behavior, FaultHost } from "./Behavior.ts"

/** Refuses dials, and REST requests too unless `rest` is false, with a status: 401, 403, 429, 503, … */
export const refuse = (status: number, options: {
  readonly body?: string
  /** The `Retry-After` header, in seconds. */
  readonly retryAfterSeconds?: number
  /** How many dials; afterwards it does nothing. @default unlimited */
  readonly dials?: number
  /** @default true */
  readonly rest?: boolean
} = {}): Behavior => {
  const headers: Record<string, string> = {}
  if (options.retryAfterSeconds !== undefined) headers["Retry-After"] = String(options.retryAfterSeconds)
  const answer: RestAnswer = { status, headers, ...(options.body === undefined ? {} : { body: options.body }) }
  let left = options.dials ?? Number.POSITIVE_INFINITY
  let host: FaultHost | undefined
  return {
    name: "refuse",
    start: (_, given) => host = given,
    dial: () => {
      if (left-- <= 0) return undefined
      host?.struck()
      return answer
    },
    request: () => options.rest !== false && left > 0 ? answer : undefined,
  }
}
