/** What a sink of a document is, before it is checked. */
import { nearestNames } from "@boltodds/text"
import type { EmitPlugin, SinkPlugin } from "../Plugin.ts"
import { sinkKeys } from "./PartCatalog.ts"
import type { Checker } from "./Checker.ts"
import { hideKey, shownIn } from "./checkOptions.ts"
import { suggestName } from "./Findings.ts"
import { hidden, nameText } from "./mayShow.ts"
import { type Choice, optionsIn, readChoice } from "./readChoice.ts"
import { readText } from "./readScalar.ts"
import { entryOf, type Mapping, type Path, scalarsOf, type Tree } from "./Tree.ts"
import { unread } from "./unread.ts"

/** What must be known of all sinks before one is checked. */
export interface SinkOutline {
  readonly name: string
  readonly path: Path
  readonly node: Tree
  /** Undefined where the type is wrong. */
  readonly choice: Choice<SinkPlugin> | undefined
  readonly emit: Choice<EmitPlugin>
  readonly fallback: string | undefined
}

/** What a sink or a processor says about emits. */
interface TakesEmits {
  readonly emits?: SinkPlugin["emits"] | undefined
  readonly takesLogs?: boolean
}

/** Whether a sink or a processor takes an emit. */
export const takes = (plugin: TakesEmits, { name, isLog }: EmitPlugin): boolean =>
  plugin.emits === undefined ? plugin.takesLogs !== false || isLog !== true : plugin.emits.includes(name)

/** Reads what a sink is, and reports what it is not. */
export const outlineSink = (name: string, path: Path, node: Tree, checker: Checker): SinkOutline => {
  const choice = readType(path, node, checker)
  const emit = readEmit(path, node, choice?.plugin, checker)
  const fallback = readText(entryOf(node, "fallback")?.node, [...path, "fallback"], "the name of another sink", checker)
  return { name, path, node, choice, emit, fallback }
}

const readType = (path: Path, node: Tree, checker: Checker): Choice<SinkPlugin> | undefined => {
  const { catalog: { sinks }, findings } = checker
  if (node._tag !== "Mapping") {
    if (node._tag === "Scalar" && node.value !== null) {
      return readChoice(node, path, {
        what: "sink type",
        known: sinks,
        unread: checker.catalog.hasUnread ? unread.sink : undefined,
      }, findings)
    }
    findings.error(path, {
      message: `Cannot make a sink: expected a type; got ${shownIn(node, findings) ?? hidden}`,
      remedy: "write `stdout: {}`, or another type with its options",
    })
    return undefined
  }
  const [type, second] = node.entries.filter(({ key }) => sinks.has(key))
  if (second !== undefined) {
    findings.error([...path, second.key], {
      message: `Cannot make a sink with two types: \`${type!.key}\` and \`${second.key}\``,
      remedy: "write two sinks",
    }, "key")
  }
  if (type !== undefined) {
    checker.unknownKeys(node, path, [type.key, ...second === undefined ? [] : [second.key], ...sinkKeys], "a sink")
    return { plugin: sinks.get(type.key)!, options: optionsIn(type.node), path: [...path, type.key] }
  }
  const strangers = node.entries.filter(({ key }) => !sinkKeys.includes(key))
  // The key that could be a type is reported as one, the others as keys.
  const meant = strangers.find(({ key }) => nearestNames(key, sinkKeys).length === 0) ?? strangers[0]
  const rest: Mapping = { ...node, entries: node.entries.filter((entry) => entry !== meant) }
  checker.unknownKeys(rest, path, sinkKeys, "a sink")
  if (meant === undefined) {
    findings.error(path, {
      message: "Cannot make a sink: it names no type",
      remedy: `add one of: ${[...sinks.keys()].join(", ")}`,
    }, "key")
  } else if (checker.catalog.hasUnread) {
    findings.hide(meant.node)
    return { plugin: unread.sink(meant.key), options: optionsIn(meant.node), path: [...path, meant.key] }
  } else {
    scalarsOf(meant.node).forEach((scalar) => findings.hide(scalar))
    hideKey(meant, findings)
    findings.error([...path, meant.key], {
      message: `Unknown sink type \`${nameText(meant.key)}\``,
      // A key may be meant as well; a list of types is one of types only.
      remedy: suggestName(
        meant.key,
        nearestNames(meant.key, sinkKeys).length > 0 ? sinkKeys : sinks.keys(),
        "sink types",
      ),
    }, "key")
  }
  return undefined
}

const readEmit = (path: Path, node: Tree, plugin: SinkPlugin | undefined, checker: Checker): Choice<EmitPlugin> => {
  const { catalog, findings } = checker
  const allowed = [...catalog.emits.values()].filter((emit) => plugin === undefined || takes(plugin, emit))
  const at = [...path, "emit"]
  const first = plugin?.emits?.map((name) => catalog.emits.get(name)).find((emit) => emit !== undefined)
  const usual: Choice<EmitPlugin> = {
    plugin: first ?? allowed[0] ?? unread.emit(plugin?.emits?.[0] ?? ""),
    options: undefined,
    path: at,
  }
  const written = entryOf(node, "emit")?.node
  if (written === undefined || written._tag === "List" || (written._tag === "Scalar" && !isText(written))) {
    readText(written, at, "the name of an emit", checker)
    return usual
  }
  const choice = readChoice(written, at, {
    what: "emit",
    known: catalog.emits,
    unread: catalog.hasUnread ? unread.emit : undefined,
  }, findings)
  if (choice === undefined) {
    const name = written._tag === "Scalar" ? String(written.value) : written.entries[0]?.key ?? ""
    // What stands beside it is meant for the one that was meant.
    const meant = catalog.emits.get(nearestNames(name, allowed.map((emit) => emit.name))[0] ?? "")
    return meant === undefined ? usual : { ...usual, plugin: meant }
  }
  if (plugin !== undefined && !takes(plugin, choice.plugin)) {
    findings.error(choice.path, {
      message: `Cannot use the emit \`${choice.plugin.name}\` here: a sink of type \`${plugin.name}\` does not take it`,
      remedy: `it takes: ${allowed.map(({ name }) => name).join(", ")}`,
    })
    return usual
  }
  return choice
}

const isText = ({ value }: { readonly value: unknown }): boolean => typeof value === "string"
