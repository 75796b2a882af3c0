/** All sinks of a document. */
import * as Effect from "effect/Effect"
import type { SourcePlugin } from "../Plugin.ts"
import type { CheckedSink } from "./Checked.ts"
import type { Checker } from "./Checker.ts"
import { checkFallbacks } from "./checkFallbacks.ts"
import { checkSink } from "./checkSink.ts"
import { outlineSink, type SinkOutline } from "./outlineSink.ts"
import type { Tree } from "./Tree.ts"

/** The sinks, of which those with mistakes are left out. */
export const checkSinks = (
  node: Tree | undefined,
  source: SourcePlugin | undefined,
  checker: Checker,
): Effect.Effect<ReadonlyArray<CheckedSink>> =>
  Effect.gen(function* () {
    const outlines = outlinesIn(node, checker)
    const fallbacks = outlines.flatMap(({ name, path, fallback }) =>
      fallback === undefined ? [] : [{ name, fallback, path: [...path, "fallback"] }]
    )
    checkFallbacks(fallbacks, outlines.map(({ name }) => name), checker.findings)
    const before = fallbackUsers(outlines)
    const heads = headsOf(outlines, before)
    const sole = outlines.filter(({ name }) => !before.has(name)).length === 1
    const checked: Array<CheckedSink> = []
    for (const outline of outlines) {
      const sink = yield* checkSink(outline, { standsInFor: heads.get(outline), isSole: sole, source }, checker)
      if (sink !== undefined) checked.push(sink)
    }
    return checked.map((sink) => {
      // A stand-in receives what its primary would have received.
      const primary = heads.get(outlines.find(({ name }) => name === sink.name)!)
      const emit = checked.find(({ name }) => name === primary?.name)?.emit
      return emit === undefined ? sink : { ...sink, emit }
    })
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

/** For each sink that takes over for another: the sink with a route at whose end it stands. Each is looked at once. */
const headsOf = (
  outlines: ReadonlyArray<SinkOutline>,
  users: ReadonlyMap<string, SinkOutline>,
): ReadonlyMap<SinkOutline, SinkOutline> => {
  const heads = new Map<SinkOutline, SinkOutline>()
  const seen = new Set<SinkOutline>()
  for (const outline of outlines) {
    const way: Array<SinkOutline> = []
    let at: SinkOutline | undefined = outline
    // Circles end too: they are a mistake that is reported elsewhere.
    while (at !== undefined && !seen.has(at)) {
      seen.add(at)
      way.push(at)
      at = users.get(at.name)
    }
    const last = way.at(-1)
    const head = at === undefined ? last : heads.get(at) ?? at
    for (const each of way) if (head !== undefined && each !== head) heads.set(each, head)
  }
  return heads
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
      message: "Cannot make a sink without a name: logs and reports need one",
      remedy: "name it, such as `archive`",
    }, "key")
  }
  return node.entries.map(({ key, node }) => outlineSink(key, ["sinks", key], node, checker))
}
