/** An HTTP endpoint as a sink. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type Sink, SinkError } from "@boltodds/sink"
import { channel } from "./internal/chat/channel.ts"
import { discord, slack, telegram } from "./internal/chat/services.ts"
import { openClient } from "./internal/WebhookClient.ts"
import { type Outgoing, OutgoingBatches } from "./internal/Outgoing.ts"
import type { BodyFormat, BodyPart } from "./internal/BodyPart.ts"
import { makePoster, type Poster, type Refusal } from "./internal/Poster.ts"
import { checkable, plainUrl, problemsOf, sentenceOf } from "./internal/problemsOf.ts"
import { standard } from "./internal/standard.ts"
import { WebhookMisconfigured, WebhookUnreachable } from "./WebhookError.ts"
import { webhookFormat } from "./webhookFormat.ts"
import { defaultMaxBodyBytes, type WebhookFormat, type WebhookOptions } from "./WebhookOptions.ts"

/**
 * Posts batches to an HTTP endpoint.
 *
 * *Guarantee*: at least once. A batch is delivered when the complete head of a 2xx answer has come in time, whatever
 * its body is: one that is cut off, wrong, too long or without an end costs the connection, and nothing else. Every
 * attempt has the same id and the same bytes, and a new timestamp and signature; where the lane's store is
 * durable, also after a crash. What makes several bodies goes on, in later attempts, where it stopped.
 *
 * *Errors*: tried again are 408, 425, 429 and 5xx (not sooner than `Retry-After`, one hour at most), missing
 * answers, timeouts, certificates that do not hold (one may be renewed), and names that lead to addresses that
 * are not public. 410 is `disable`. 413, and a 400 or 422 that says so, are `tooLarge`, and so is a connection that is
 * reset three times while a body is sent: the lane halves the batch. Any other status, redirects included, makes dead letters. Every `cause` is one of
 * the classes of this package; opening fails with `disable` and {@link WebhookMisconfigured}.
 *
 * `check` posts a test and wants 2xx.
 */
export const webhook = (options: WebhookOptions): Effect.Effect<Sink<unknown>, SinkError, Scope.Scope> =>
  Effect.gen(function* () {
    const problems = problemsOf(checkable(options))
    if (problems.length > 0) {
      const cause = new WebhookMisconfigured(problems.map(sentenceOf))
      return yield* Effect.fail(new SinkError({ rest: "disable", cause }))
    }
    const format = formatOf(
      webhookFormat(plainUrl(options.url), options.format),
      options.maxBodyBytes ?? defaultMaxBodyBytes,
    )
    const post = makePoster(yield* openClient(options, format.query), options)
    const batches = new OutgoingBatches(format)
    return {
      guarantee: "at-least-once",
      write: (batch) =>
        Effect.suspend(() => deliver(batches.of(batch), post, batch.attempt)).pipe(
          // Not after a failure: the next attempt goes on from there.
          Effect.tap(() => Effect.sync(() => batches.forget(batch))),
        ),
      check: check(format, post),
    }
  })

const services = { discord, slack, telegram }

const formatOf = (name: WebhookFormat, maxBodyBytes: number): BodyFormat =>
  name === "standard" ? standard(maxBodyBytes) : channel(services[name])

/** Sends what is not acknowledged yet, one part after another. */
const deliver = (outgoing: Outgoing, post: Poster, attempt: number): Effect.Effect<void, SinkError> => {
  const part = outgoing.parts[outgoing.done]
  if (part === undefined) return Effect.void
  const { content } = part
  if (content._tag === "Refused") return Effect.fail(rejected(part, outgoing, content.cause))
  const { id, body } = outgoing.message ??= content.make()
  return Effect.matchEffect(post(id, body), {
    onFailure: (refusal) => Effect.fail(failureOf(refusal, part, outgoing, attempt)),
    onSuccess: () => {
      outgoing.done += 1
      outgoing.message = undefined
      return deliver(outgoing, post, attempt)
    },
  })
}

/** From this attempt on, a reset may be about the size. */
const fewAttempts = 3

/**
 * Whether a receiver resets the connection time and again while a body is sent: some do that in place of a 413. It has
 * taken nothing where a part of the body never left. A record on its own is tried on: that it is too large is not known.
 */
const isPerhapsTooLarge = (cause: Error, part: BodyPart, attempt: number): boolean =>
  cause instanceof WebhookUnreachable && (cause.code === "ECONNRESET" || cause.code === "EPIPE") && !cause.isSent &&
  attempt >= fewAttempts && part.to - part.from > 1

const failureOf = (refusal: Refusal, part: BodyPart, outgoing: Outgoing, attempt: number): SinkError => {
  const { cause, kind, retryAfter } = refusal
  switch (kind) {
    case "Retry":
      if (isPerhapsTooLarge(cause, part, attempt)) return tooLarge(part, cause)
      // Earlier parts count as delivered with the last one: what the lane tries again must be this batch, with its id.
      return new SinkError({ rest: "retry", cause, ...(retryAfter === undefined ? {} : { retryAfter }) })
    case "Disable":
      return new SinkError({ rest: "disable", cause, delivered: part.from })
    case "TooLarge":
      return tooLarge(part, cause)
    case "Reject":
      return rejected(part, outgoing, cause)
  }
}

/** The lane halves what is refused for its size. */
const tooLarge = ({ from, to }: BodyPart, cause: Error): SinkError =>
  new SinkError({ rest: "retry", cause, delivered: from, tooLarge: to - from })

/** Dead letters are those of one part; what follows it was not tried yet. */
const rejected = (part: BodyPart, outgoing: Outgoing, cause: Error): SinkError =>
  new SinkError({
    rest: part.to === outgoing.envelopes.length ? "degrade" : "retry",
    cause,
    delivered: part.from,
    rejected: Array.from({ length: part.to - part.from }, (_, index) => part.from + index),
  })

/** Says `disable` where trying again would not help. */
const check = (format: BodyFormat, post: Poster): Effect.Effect<void, SinkError> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const id = `test-${now}`
    yield* Effect.mapError(
      post(id, format.test(id, now)),
      ({ kind, cause, retryAfter }) =>
        new SinkError({
          rest: kind === "Retry" ? "retry" : "disable",
          cause,
          ...(retryAfter === undefined ? {} : { retryAfter }),
        }),
    )
  })
