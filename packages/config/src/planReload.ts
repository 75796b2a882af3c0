/** What a changed configuration means for a pipeline that runs. */
import { isDeepStrictEqual } from "node:util"
import type { Depth } from "@boltodds/pipeline"
import type { CheckedPipeline } from "./CheckedPipeline.ts"
import { insideOf, isSole, type Plain } from "./internal/describe.ts"

/** One difference. */
export interface ReloadStep {
  /**
   * `source_options`: options that the source takes while it runs · `source`: another source, or options it does not take ·
   * `sink_added`, `sink_removed`, `sink_changed` · `run`: `count`, `for`, `drain_within`, `report` · `plugins`: other
   * modules are named · `lease`.
   */
  readonly kind:
    | "source_options"
    | "source"
    | "sink_added"
    | "sink_removed"
    | "sink_changed"
    | "run"
    | "plugins"
    | "lease"
  /** The sink, where it is about one. */
  readonly sink?: string
  /** The options or keys that differ. */
  readonly keys: ReadonlyArray<string>
  /** Whether it takes a new run. */
  readonly needsRestart: boolean
  /** For people. */
  readonly sentence: string
}

/** What there is to do. */
export interface ReloadPlan {
  readonly steps: ReadonlyArray<ReloadStep>
  /** Whether any step needs a restart. */
  readonly needsRestart: boolean
  /** The new options of the source, decoded, for its `reload`. */
  readonly sourceOptions: unknown
}

/**
 * Compares two configurations. Pure: nothing is opened or closed. Values are compared as they are, secrets and variables
 * included, and no sentence shows them.
 *
 * What can be changed while a pipeline runs are the options that its source says it takes (the filters of a feed), and
 * sinks that are added, removed or replaced, as long as the hub need not look deeper into the feed than before: a first sink
 * with `changes` needs a book that only a restart can fill.
 */
export const planReload = (old: CheckedPipeline, next: CheckedPipeline): ReloadPlan => {
  const before = insideOf(old)
  const after = insideOf(next)
  const steps = [
    ...pluginSteps(before.plain, after.plain),
    ...sourceSteps(old, next),
    ...leaseSteps(before.plain, after.plain),
    ...sinkSteps(old, next),
    ...runSteps(before.plain, after.plain),
  ]
  return {
    steps,
    needsRestart: steps.some(({ needsRestart }) => needsRestart),
    sourceOptions: after.parts.source.options.value,
  }
}

const pluginSteps = (before: Plain, after: Plain): ReadonlyArray<ReloadStep> => {
  if (isDeepStrictEqual(before["plugins"], after["plugins"])) return []
  const sentence = "Other plug-in modules are named: a module that was loaded stays, so this needs a restart"
  return [{ kind: "plugins", keys: ["plugins"], needsRestart: true, sentence }]
}

const leaseSteps = (before: Plain, after: Plain): ReadonlyArray<ReloadStep> => {
  if (isDeepStrictEqual(before["lease"], after["lease"])) return []
  const sentence = "The lease is another one: this needs a restart"
  return [{ kind: "lease", keys: ["lease"], needsRestart: true, sentence }]
}

const sourceSteps = (old: CheckedPipeline, next: CheckedPipeline): ReadonlyArray<ReloadStep> => {
  const [before, after] = [insideOf(old).parts.source, insideOf(next).parts.source]
  if (old.source !== next.source) {
    const sentence = `The source is ${next.source} instead of ${old.source}: this needs a restart`
    return [{ kind: "source", keys: [], needsRestart: true, sentence }]
  }
  const keys = differing(before.options.plain, after.options.plain)
  if (keys.length === 0) return []
  const live = after.plugin.live ?? []
  const fixed = keys.filter((key) => !live.includes(key))
  if (fixed.length === 0) {
    const sentence = `The source takes new ${listed(keys)} while it runs`
    return [{ kind: "source_options", keys, needsRestart: false, sentence }]
  }
  return [{
    kind: "source",
    keys,
    needsRestart: true,
    sentence: `The source has other ${listed(fixed)}: this needs a restart`,
  }]
}

const depths: { readonly [needs in Depth]: number } = { frames: 0, sync: 1, book: 2 }

const sinkSteps = (old: CheckedPipeline, next: CheckedPipeline): ReadonlyArray<ReloadStep> => {
  const before = insideOf(old).plain["sinks"] as Plain
  const after = insideOf(next).plain["sinks"] as Plain
  const depth = Math.max(...old.sinks.map(({ needs }) => depths[needs]))
  const steps: Array<ReloadStep> = []
  const [wasSole, isNowSole] = [isSole(insideOf(old).parts), isSole(insideOf(next).parts)]
  /** Nobody may have touched this sink: the usual lane of one that is alone is another. */
  const onlyCompany = (keys: ReadonlyArray<string>): string | undefined =>
    wasSole === isNowSole || keys.join() !== "lane"
      ? undefined
      : `its lane is another ${isNowSole ? "without" : "beside"} other sinks`
  for (const { name, emit, needs } of next.sinks) {
    const isDeeper = depths[needs] > depth
    const more = isDeeper ? `: \`${emit}\` needs to know more of the feed than is kept, so this needs a restart` : ""
    if (!Object.hasOwn(before, name)) {
      const sentence = `The sink ${name} is added${more}`
      steps.push({ kind: "sink_added", sink: name, keys: [], needsRestart: isDeeper, sentence })
      continue
    }
    const keys = differing(before[name], after[name])
    if (keys.length === 0) continue
    const why = onlyCompany(keys) ?? `its ${listed(keys)} changed`
    const sentence = `The sink ${name} is replaced, as ${why}${more}`
    steps.push({ kind: "sink_changed", sink: name, keys, needsRestart: isDeeper, sentence })
  }
  for (const { name } of old.sinks) {
    if (Object.hasOwn(after, name)) continue
    const sentence = `The sink ${name} is removed: it is drained and closed`
    steps.push({ kind: "sink_removed", sink: name, keys: [], needsRestart: false, sentence })
  }
  return steps
}

const runSteps = (before: Plain, after: Plain): ReadonlyArray<ReloadStep> => {
  const keys = differing(before["run"], after["run"])
  if (keys.length === 0) return []
  return [{
    kind: "run",
    keys,
    needsRestart: true,
    sentence: `The run has other ${listed(keys)}: this needs a restart`,
  }]
}

/** The keys in which two mappings differ. */
const differing = (before: unknown, after: unknown): ReadonlyArray<string> => {
  const [a, b] = [mappingOf(before), mappingOf(after)]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !isDeepStrictEqual(a[key], b[key]))
}

/** Options that are no mapping count as one thing. */
const mappingOf = (value: unknown): Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value as Plain : { options: value }

const listed = (keys: ReadonlyArray<string>): string => keys.join(", ")
