/** What stands for plug-ins that are not loaded: anything may be theirs. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ProcessorPlugin, SinkPlugin, SourcePlugin, StorePlugin } from "../Plugin.ts"

const unreadPlugins = new WeakSet<object>()

/** Whether nothing is known of this plug-in. */
export const isUnread = (plugin: object): boolean => unreadPlugins.has(plugin)

const remembered = <P extends object>(plugin: P): P => {
  unreadPlugins.add(plugin)
  return plugin
}

const config: Schema.Decoder<unknown> = Schema.Unknown
const never = Effect.die(new Error("Cannot open a plug-in that was not loaded"))

/** Plug-ins of any name, by their kind. They take any options, and cannot be opened. */
export const unread = {
  source: (name: string): SourcePlugin => remembered({ kind: "source", name, config, make: () => never }),
  sink: (name: string): SinkPlugin => remembered({ kind: "sink", name, config, make: () => never }),
  processor: (name: string): ProcessorPlugin =>
    remembered({
      kind: "processor",
      name,
      config,
      make: () => {
        throw new Error("Cannot make a processor that was not loaded")
      },
    }),
  store: (name: string): StorePlugin => remembered({ kind: "store", name, config, make: () => never }),
}
