/** What a document can name: plug-ins by kind and name. */
import type { Decode } from "./decodeOptions.ts"
import { builtinEmits } from "../builtinEmits.ts"
import type {
  EmitPlugin,
  LeasePlugin,
  Plugin,
  PluginBase,
  ProcessorPlugin,
  Registry,
  SinkPlugin,
  SourcePlugin,
  StorePlugin,
} from "../Plugin.ts"

/** Plug-ins by their names. */
export type Named<P> = ReadonlyMap<string, P>

/** All plug-ins of one document. */
export class PartCatalog {
  readonly sources = new Map<string, SourcePlugin>()
  readonly emits = new Map<string, EmitPlugin>()
  readonly processors = new Map<string, ProcessorPlugin>()
  readonly sinks = new Map<string, SinkPlugin>()
  readonly stores = new Map<string, StorePlugin>()
  readonly leases: ReadonlyMap<string, LeasePlugin>

  /** Whether modules were named and not loaded: what nobody knows may be theirs. */
  hasUnread = false

  /** How the options of plug-ins that have a copy of Effect of their own are decoded; undefined where they cannot be. */
  readonly parsers = new Map<PluginBase<unknown>, Decode | undefined>()

  constructor(registry: Registry) {
    const { emits = builtinEmits, stores = [], leases = [] } = registry
    this.leases = new Map(leases.map((plugin) => [plugin.name, plugin]))
    for (const list of [registry.sources, emits, registry.processors, registry.sinks, stores]) {
      for (const plugin of list) {
        const why = this.add(plugin)
        // A program makes the registry, so this is a mistake of the program.
        if (why !== undefined) throw new Error(`Cannot use this registry: ${why}`)
      }
    }
  }

  /** Takes a plug-in in, or says why not. */
  add(plugin: Plugin): string | undefined {
    const { kind, name } = plugin
    if (kind === "sink" && sinkKeys.includes(name)) {
      return `a sink type cannot be called \`${name}\`: every sink has that key`
    }
    const known: Map<string, Plugin> = kind === "source"
      ? this.sources
      : kind === "emit"
      ? this.emits
      : kind === "processor"
      ? this.processors
      : kind === "sink"
      ? this.sinks
      : this.stores
    if (known.has(name) || (kind === "store" && name === "memory")) {
      return `there is a ${kind} called \`${name}\` already`
    }
    known.set(name, plugin)
    return undefined
  }
}

/** The keys that every sink has. */
export const sinkKeys: ReadonlyArray<string> = [
  "emit",
  "control",
  "meta",
  "where",
  "processors",
  "lane",
  "required",
  "fallback",
]
