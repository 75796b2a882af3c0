/** The sink `stdout`. */
import { type SinkPlugin, sinkPlugin } from "@boltodds/config"
import { stdout } from "@boltodds/sink-stdout"
import * as Schema from "effect/Schema"

/**
 * What may wait for stdout where the source waits for it. Little: it is one pipe, which takes 64 KiB at a time, and what
 * waits long is collected at a high price. A slow reader is waited for where it costs least, before anything is decoded.
 * Beside others nobody waits for it, and a single turn of the first snapshot is more than this: it has the usual bounds.
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
