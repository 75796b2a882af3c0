/** All sinks of a document. */
import * as Effect from "effect/Effect"
import type { CheckedSink } from "./Checked.ts"
import type { Checker } from "./Checker.ts"
import { checkFallbacks } from "./checkFallbacks.ts"
import { checkSink } from "./checkSink.ts"
import { outlineSink, type SinkOutline } from "./outlineSink.ts"
import type { Tree } from "./Tree.ts"

/** The sinks, of which those with mistakes are left out. */
export const checkSinks = (node: Tree | undefined, checker: Checker): Effect.Effect<ReadonlyArray<CheckedSink>> =>
  Effect.gen(function* () {
    const outlines = outlinesIn(node, checker)
    const fallbacks = outlines.flatMap(({ name, path, fallback }) =>
      fallback === undefined ? [] : [{ name, fallback, path: [...path, "fallback"] }]
    )
    checkFallbacks(fallbacks, outlines.map(({ name }) => name), checker.findings)
    const before = fallbackUsers(outlines)
    const sole = outlines.filter(({ name }) => !before.has(name)).length === 1
    const checked: Array<CheckedSink> = []
    for (const outline of outlines) {
      const sink = yield* checkSink(outline, { standsInFor: headOf(outline, before), isSole: sole }, checker)
      if (sink !== undefined) checked.push(sink)
    }
    return checked
  })

/** The sink that falls back to each name; of several, which is a mistake, the first. */
const fallbackUsers = (outlines: ReadonlyArray<SinkOutline>): ReadonlyMap<string, SinkOutline> => {
  const users = new Map<string, SinkOutline>()
  for (const outline of outlines) {
    const { fallback } = outline
    if (fallback !== undefined && !users.has(fallback)) users.set(fallback, outline)
  }
  return users
}

/** The sink with a route at whose end this one stands; undefined where it has a route itself. */
const headOf = (outline: SinkOutline, users: ReadonlyMap<string, SinkOutline>): SinkOutline | undefined => {
  let head: SinkOutline | undefined
  const seen = new Set([outline])
  for (let at = outline;;) {
    const before = users.get(at.name)
    if (before === undefined || seen.has(before)) return head
    seen.add(before)
    head = before
    at = before
  }
}

const outlinesIn = (node: Tree | undefined, checker: Checker): ReadonlyArray<SinkOutline> => {
  if (node?._tag !== "Mapping" || node.entries.length === 0) {
    const remedy = "write `sinks: { screen: { stdout: {} } }`"
    if (node === undefined) {
      checker.findings.error([], { message: "Cannot make a pipeline without sinks: `sinks` is missing", remedy })
    } else {
      checker.findings.hide(node)
      const message = "Cannot use `sinks`: it must be a mapping of names to sinks"
      checker.findings.error(["sinks"], { message, remedy })
    }
    return []
  }
  for (const { key } of node.entries) {
    if (key.trim() !== "") continue
    checker.findings.error(["sinks", key], {
      message: "Cannot make a sink without a name: logs and reports call it by that",
      remedy: "name it, such as `archive`",
    }, "key")
  }
  return node.entries.map(({ key, node }) => outlineSink(key, ["sinks", key], node, checker))
}
