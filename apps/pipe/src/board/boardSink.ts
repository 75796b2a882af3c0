/** The board as a sink of the pipeline. */
import { type SinkPlugin, sinkPlugin } from "@boltodds/config"
import type { Batch, Sink } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BoardEmit, BoardScreen } from "./BoardScreen.ts"

/** The name of the sink. No configuration can name it: it is in the registry of a board alone. */
export const boardSinkName = "board"

/** A board that falls behind gets the newest of each line. */
const bounds = { records: 20_000, bytes: 16 * 1024 * 1024 }

/** The sink that gives records to this board. */
export const boardSink = (board: BoardScreen): SinkPlugin<unknown> =>
  sinkPlugin<unknown>({
    kind: "sink",
    name: boardSinkName,
    about: "The board in the terminal.",
    config: Schema.Struct({}),
    make: (_, { emit }) =>
      Effect.succeed<Sink<unknown>>({
        guarantee: "at-most-once",
        write: ({ envelopes }: Batch<unknown>) =>
          Effect.sync(() =>
            board.take(
              emit as BoardEmit,
              envelopes.map(({ value, last }) => last ? { ...value as object, last } : value),
            )
          ),
      }),
    lane: () => ({ overflow: "coalesce", bounds }),
  })
