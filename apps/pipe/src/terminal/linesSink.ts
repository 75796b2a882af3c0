/** Standard output of a terminal as a sink: one line a change, for a person. */
import { type SinkPlugin, sinkPlugin } from "@boltodds/config"
import type { StreamRecord } from "@boltodds/protocol"
import { type Batch, type Sink, SinkError } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { changeLine } from "./changeLine.ts"
import { paintFor, writePainted } from "./Terminal.ts"

/** As for `stdout`: a terminal that is slow is waited for. */
const bounds = { records: 4_096, bytes: 1024 * 1024 }

/** Its name. No configuration can name it. */
export const linesSink: SinkPlugin<unknown> = sinkPlugin<unknown>({
  kind: "sink",
  name: "lines",
  about: "Lines for a person, on a terminal.",
  config: Schema.Struct({}),
  make: () =>
    Effect.succeed<Sink<unknown>>({
      guarantee: "at-most-once",
      write: ({ envelopes }: Batch<unknown>) => {
        const paint = paintFor(process.stdout, process.env)
        const lines = envelopes.flatMap(({ value }) => changeLine(value as StreamRecord, paint) ?? [])
        return lines.length === 0 ? Effect.void : Effect.tryPromise({
          try: () => writePainted(`${lines.join("\n")}\n`),
          catch: (cause) => new SinkError({ rest: "disable", cause }),
        })
      },
    }),
  lane: (_, { isSole }) => isSole ? { bounds } : {},
})
