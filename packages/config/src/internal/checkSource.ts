/** The source of a document. */
import * as Effect from "effect/Effect"
import type { SourcePlugin } from "../Plugin.ts"
import type { CheckedSink, Configured } from "./Checked.ts"
import type { Checker } from "./Checker.ts"
import { readChoice } from "./readChoice.ts"
import type { Tree } from "./Tree.ts"
import { unread } from "./unread.ts"

/** Checks the source; undefined where anything is wrong with it. */
export const checkSource = (
  node: Tree | undefined,
  checker: Checker,
): Effect.Effect<Configured<SourcePlugin> | undefined> => {
  const known = checker.catalog.sources
  if (node === undefined) {
    checker.findings.error([], {
      message: "Cannot make a pipeline without a source: `source` is missing",
      remedy: `add \`source\` with one of: ${[...known.keys()].join(", ")}`,
    })
    return Effect.succeed(undefined)
  }
  const choice = readChoice(node, ["source"], {
    what: "source",
    known,
    unread: checker.catalog.hasUnread ? unread.source : undefined,
  }, checker.findings)
  return choice === undefined
    ? Effect.succeed(undefined)
    : checker.configured(choice, "source", { name: choice.plugin.name, emit: undefined })
}

/** A whole feed into a durable store is much: a warning at each lane that does it. */
export const warnOfWholeFeed = (
  { plugin, options }: Configured<SourcePlugin>,
  sinks: ReadonlyArray<CheckedSink>,
  checker: Checker,
): void => {
  const filters = plugin.filters ?? []
  const given = options.plain as { readonly [option: string]: unknown } | null
  const isNarrow = (value: unknown): boolean => value !== undefined && (!Array.isArray(value) || value.length > 0)
  if (filters.length === 0 || filters.some((filter) => isNarrow(given?.[filter]))) return
  for (const { name, lane, where, processors, isStandby } of sinks) {
    if (isStandby || lane.store?.plugin.durable !== true || where !== undefined || processors.length > 0) continue
    checker.findings.warn(["sinks", name], {
      message: `The whole feed goes into the durable store of \`${name}\`: it grows by gigabytes a day`,
      remedy: `narrow it with \`where\`, or the source with ${filters.map((filter) => `\`${filter}\``).join(", ")}`,
    }, "key")
  }
}
