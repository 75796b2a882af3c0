/** Plug-ins from modules that a document names. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { PlainPlugin } from "../PlainPlugin.ts"
import type { Plugin } from "../Plugin.ts"
import { pluginFrom } from "../pluginFrom.ts"
import type { PartCatalog } from "./PartCatalog.ts"
import { decodeOf, isForeign, parserModule } from "./decodeOptions.ts"
import type { Findings } from "./Findings.ts"
import { nameText } from "./mayShow.ts"
import { secretReason } from "./secrets.ts"
import { isStandardSchema } from "./standardOptions.ts"
import type { Path, Tree } from "./Tree.ts"

/** Whether modules are loaded, which runs their code; and what is said where they are not. */
export interface PluginUse {
  readonly how: "run" | "skip" | "refuse"
  /** Follows the name of the plug-in. */
  readonly why: string
  readonly remedy: string
}

/** How modules are reached; specifiers start at the folder of the configuration. */
export interface Modules {
  readonly load: (specifier: string) => Effect.Effect<unknown, unknown>
  /** A package as that module would import it. */
  readonly beside: (wanted: string, specifier: string) => Effect.Effect<unknown, unknown>
}

/** Loads every module under `plugins` and takes its plug-ins into the catalog. */
export const loadPlugins = (
  node: Tree | undefined,
  catalog: PartCatalog,
  modules: Modules,
  findings: Findings,
  use: PluginUse,
): Effect.Effect<void> =>
  Effect.gen(function* () {
    const path = ["plugins"]
    if (node === undefined || (node._tag === "Scalar" && node.value === null)) return
    if (node._tag !== "List") {
      findings.hide(node)
      findings.error(path, {
        message: "Cannot use `plugins`: expected a list of modules",
        remedy: "write it as `plugins: [./my-sink.ts]`",
      })
      return
    }
    for (const [index, item] of node.items.entries()) {
      const at: Path = [...path, index]
      if (item._tag !== "Scalar" || typeof item.value !== "string" || item.value === "") {
        findings.hide(item)
        findings.error(at, {
          message: "Cannot load this plug-in: its module must be a path or the name of a package",
          remedy: "write it as `./my-sink.ts`",
        })
        continue
      }
      if (item.isBroken) continue
      if (use.how !== "run") {
        catalog.hasUnread = true
        const name = item.isHidden ? String(item.written) : nameText(item.value)
        const finding = {
          message: `${use.how === "refuse" ? "Cannot run" : "Not checked:"} the plug-in ${name}${use.why}`,
        }
        if (use.how === "refuse") findings.error(at, { ...finding, remedy: use.remedy })
        else findings.warn(at, { ...finding, remedy: use.remedy })
        continue
      }
      const shown = String(item.isHidden ? item.written : item.value)
      if (/^[a-z][a-z\d+.-]+:\/\//i.test(item.value) && !item.value.startsWith("file:")) {
        findings.hide(item)
        findings.error(at, {
          message: "Cannot load this plug-in: it is an address, and a plug-in is a file or a package that is installed",
          remedy: "download it, read it, and write its path",
        })
        continue
      }
      if (/\s\/[/*]|(?<!:)\/\/.*\s/.test(item.value)) {
        findings.hide(item)
        const message = "Cannot load this plug-in: what follows its path looks like a comment"
        findings.error(at, { message, remedy: "begin comments with #" })
        continue
      }
      const loaded = yield* Effect.exit(modules.load(item.value))
      if (loaded._tag === "Failure") {
        const why = loaded.cause.reasons.map((reason) =>
          secretReason(reason._tag === "Fail" ? reason.error : reason._tag === "Die" ? reason.defect : "interrupted")
        ).join("; ")
        findings.error(at, {
          message: `Cannot load the plug-in ${shown}: ${why}`,
          remedy: "correct the path (it starts at the folder of this file), or the module",
        })
        continue
      }
      const refuse: Report = (why, remedy) => {
        findings.error(at, { message: `Cannot use the plug-in ${shown}: ${why}`, remedy })
      }
      const plugins = take(loaded.value, shown, catalog, refuse)
      const foreign = plugins.filter(({ config }) => isForeign(config))
      if (foreign.length === 0) continue
      const decode = decodeOf(yield* Effect.orElseSucceed(modules.beside(parserModule, item.value), () => undefined))
      foreign.forEach((plugin) => catalog.parsers.set(plugin, decode))
      if (decode === undefined) {
        refuse(
          "it holds a copy of Effect that only itself can reach, and so its options cannot be read",
          "leave `effect` out of its bundle, and install it beside the module",
        )
      }
    }
  })

type Report = (why: string, remedy: string) => void

const take = (module: unknown, shown: string, catalog: PartCatalog, report: Report): ReadonlyArray<Plugin> => {
  const taken: Array<Plugin> = []
  const exported = isObject(module) ? Object.entries(module) : []
  const seen = new Set<unknown>()
  let count = 0
  for (const [name, value] of exported) {
    // What else a module exports is its own business, but its default export is meant to be one.
    if ((name !== "default" && !(isObject(value) && "kind" in value)) || seen.has(value)) continue
    seen.add(value)
    count += 1
    const why = whyNoPlugin(value)
    if (why !== undefined) {
      report(`its export \`${name}\` ${why}`, "a plug-in is an object { kind, name, config, make }")
      continue
    }
    const plugin = pluginFrom(value as Plugin | PlainPlugin)
    const refused = catalog.add(plugin)
    if (refused === undefined) taken.push(plugin)
    else report(refused, "give it another name")
  }
  if (count === 0) report(`${shown} exports none`, "export a plug-in by default, or by name")
  return taken
}

const kinds = ["source", "emit", "processor", "sink", "store"]

/** What keeps a value from being a plug-in. */
const whyNoPlugin = (value: unknown): string | undefined => {
  if (!isObject(value)) return "is no object"
  if (value["kind"] === undefined) return "has no kind"
  if (!kinds.includes(String(value["kind"]))) return `is of no known kind (it must be one of ${kinds.join(", ")})`
  if (typeof value["name"] !== "string" || !/^[a-z][a-z0-9_-]*$/.test(value["name"])) {
    return "has no name of small letters, digits, - and _"
  }
  const { config } = value
  if (config !== undefined && !Schema.isSchema(config) && !isStandardSchema(config)) {
    return "has a `config` that is neither a Standard Schema (Zod, Valibot, …) nor a Schema of Effect"
  }
  if (config === undefined && value["kind"] === "store") return "has no `config` that is a Schema of Effect"
  if (typeof value["make"] !== "function") return "has no function `make`"
  return undefined
}

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null
