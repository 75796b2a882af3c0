/** The emit `vendor`. */
import { type EmitPlugin, emitPlugin } from "@boltodds/config"
import { messages } from "@boltodds/pipeline"
import * as Schema from "effect/Schema"

/** What the vendor's protocol of the sink `serve` is made of. */
export const vendorEmit: EmitPlugin<unknown> = emitPlugin<unknown>({
  kind: "emit",
  name: "vendor",
  about: "The messages of the feed, and when each game begins and ends: for `client_keys` of the sink `serve`.",
  config: Schema.Struct({}),
  isLog: true,
  make: (_, { control }) => ({ ...messages({ control, games: true }), name: "vendor" }),
})
