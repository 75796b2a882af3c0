/** The sink `stdout`. */
import { type SinkPlugin, sinkPlugin } from "@boltodds/config"
import { stdout } from "@boltodds/sink-stdout"
import * as Schema from "effect/Schema"

/**
 * The bounds of the lane if stdout is the only sink. They are small: a pipe takes 64 KiB at a time, records that wait
 * long cost much garbage collection, and a slow reader is best waited for before anything is decoded. Beside other
 * sinks the source does not wait for stdout, and one turn of the first snapshot is larger than this, so the usual bounds
 * apply.
 */
const soleBounds = { records: 4_096, bytes: 1024 * 1024 }

/** Standard output. */
export const stdoutSink: SinkPlugin<unknown> = sinkPlugin<unknown>({
  kind: "sink",
  name: "stdout",
  about: "Standard output, one JSON record a line.",
  config: Schema.Struct({}),
  make: () => stdout(),
  lane: (_, { isSole }) => isSole ? { bounds: soleBounds } : {},
})
