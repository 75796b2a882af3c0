/** What stands for plug-ins that are not loaded: anything may be theirs. */
import type { Emit } from "@boltodds/pipeline"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { EmitPlugin, ProcessorPlugin, SinkPlugin, SourcePlugin, StorePlugin } from "../Plugin.ts"

const unreadPlugins = new WeakSet<object>()

/** Whether nothing is known of this plug-in. */
export const isUnread = (plugin: object): boolean => unreadPlugins.has(plugin)

const remembered = <P extends object>(plugin: P): P => {
  unreadPlugins.add(plugin)
  return plugin
}

const config: Schema.Decoder<unknown> = Schema.Unknown
const never = Effect.die(new Error("Cannot open a plug-in that was not loaded"))

/** An emit with which everything can be done. */
const anyEmit = (name: string): Emit<unknown> => ({
  name,
  needs: "book",
  isBook: true,
  takesRecords: true,
  coalescing: { key: () => name, compose: (_, newer) => newer, place: () => "keep", invalidated: (value) => value },
  orderKey: () => name,
  open: () => {
    throw new Error("Cannot open an emit that was not loaded")
  },
})

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
  emit: (name: string): EmitPlugin =>
    remembered({ kind: "emit", name, config, hasMeta: true, make: () => anyEmit(name) }),
  store: (name: string): StorePlugin => remembered({ kind: "store", name, config, make: () => never }),
}
