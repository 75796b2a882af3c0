/** The schema of an event as a line of a recording: of its own file, since its type is what it infers. */
import * as Schema from "effect/Schema"
import { disconnectKinds, type DisconnectReason } from "./FeedEvent.ts"
import { Filters } from "./Filters.ts"

const Head = { session: Schema.String, epoch: Schema.Number.check(Schema.isInt()), at: Schema.Finite }
/** An event as a line of a recording. */
export const EventLine = Schema.Union([
  Schema.Struct({ event: Schema.Literal("Connected"), ...Head, plan: Schema.optionalKey(Schema.String) }),
  Schema.Struct({ event: Schema.Literal("Subscribed"), ...Head, filters: Filters }),
  Schema.Struct({
    event: Schema.Literal("Disconnected"),
    ...Head,
    reason: Schema.Struct({
      kind: Schema.Literals(disconnectKinds),
      code: Schema.optionalKey(Schema.Number),
      detail: Schema.optionalKey(Schema.String),
    }) satisfies Schema.Codec<DisconnectReason>,
  }),
  Schema.Struct({ event: Schema.Literal("Tick"), ...Head, wall: Schema.Finite }),
  Schema.Struct({
    event: Schema.Literal("Frame"),
    ...Head,
    text: Schema.String,
    binary: Schema.optionalKey(Schema.Literal(true)),
  }),
  Schema.Struct({ event: Schema.Literal("Frame"), ...Head, base64: Schema.String }),
  Schema.Struct({ event: Schema.Literals(["Paused", "Resumed", "Silent", "Heard"]), ...Head }),
])
