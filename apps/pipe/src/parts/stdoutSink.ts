/** The sink `stdout`. */
import { type SinkPlugin, sinkPlugin } from "@boltodds/config"
import { stdout } from "@boltodds/sink-stdout"
import * as Schema from "effect/Schema"

/**
 * What may wait for stdout. Little: it is one pipe, which takes 64 KiB at a time, and what waits long is collected at a
 * high price. A slow reader is waited for where it costs least, before anything is decoded.
 */
const stdoutBounds = { records: 4_096, bytes: 1024 * 1024 }

/** Standard output. */
export const stdoutSink: SinkPlugin<unknown> = sinkPlugin<unknown>({
  kind: "sink",
  name: "stdout",
  about: "Standard output, one JSON record a line.",
  config: Schema.Struct({}),
  make: () => stdout(),
  lane: () => ({ bounds: stdoutBounds }),
})
