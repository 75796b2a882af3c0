/** Nothing that the libraries and apps write depends on the time zone or the language of the machine. */
import { parseSync, Visitor } from "rolldown/utils"
import { apps, libraries, readText, sourcesOf } from "./workspace.ts"

/** Files that may call `Date.parse`, each with the reason why its text always names a zone. */
export const dateReaders: Readonly<Record<string, string>> = {
  "packages/connection/src/transport/Http.ts": "HTTP dates, which end in GMT",
  "packages/sinks/webhook/src/internal/meaningOf.ts": "HTTP dates, which end in GMT",
  "apps/pipe/src/commands/doctor/restChecks.ts": "HTTP dates, which end in GMT",
  "apps/pipe/src/terminal/changeLine.ts": "the `at` of our own records, which ends in Z",
  "packages/protocol/src/GapLedger.ts": "the `at` of our own records, which ends in Z",
  "packages/pipeline/src/emits/changes.ts": "the `at` of our own records, which ends in Z",
  "packages/pipeline/src/emits/messages.ts": "the `at` of our own records, which ends in Z",
  "packages/signals/src/SignalRecord.ts": "times of our own records, which end in Z",
  "packages/pipeline/src/emits/quotes.ts": "the `at` of our own records, which ends in Z",
  "packages/pipeline/src/emits/Groups.ts": "the `at` of our own records, which ends in Z",
  "packages/pipeline/src/hub/RecordReducer.ts": "the `at` of a record, if it ends in Z",
}

/** Files that write for one person at this machine, in their own time. */
const localWriters: ReadonlySet<string> = new Set([
  "apps/pipe/src/log/Log.ts",
  "apps/pipe/src/process/watchFromOutside.ts",
  "apps/pipe/src/terminal/changeLine.ts",
])

/** Names of numbers of milliseconds: a `Date` made from one of them is the same everywhere. */
const millis = /^(?:at|local|midnight|millis|now|since|\w+Millis)$/

/** Methods of dates, texts and numbers that answer in the zone or the language of the machine. */
const localMethods =
  /^(?:toLocale\w*|localeCompare|getTimezoneOffset|toDateString|toTimeString|(?:get|set)(?:Date|Day|FullYear|Hours|Milliseconds|Minutes|Month|Seconds|Year))$/

/** What one file reads or writes by the zone or the language of the machine, one sentence each. */
export const localUses = (path: string, source: string): ReadonlyArray<string> => {
  const { program } = parseSync(path, source)
  const found: Array<{ readonly at: number; readonly text: string }> = []
  const add = (at: number, text: string): void => void found.push({ at, text })
  const sourceOf = (node: { readonly start: number; readonly end: number }): string =>
    source.slice(node.start, node.end)
  new Visitor({
    CallExpression(node) {
      if (sourceOf(node.callee) === "Date.parse" && !(path in dateReaders)) {
        add(node.start, "Date.parse reads a time without a zone in the machine's; use parseTimestamp or parseStartsAt")
      }
      const { callee } = node
      if (callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier") return
      if (localMethods.test(callee.property.name) && !localWriters.has(path)) {
        add(callee.property.start, `${callee.property.name} depends on the machine; use UTC, or a language by name`)
      }
    },
    NewExpression(node) {
      const callee = sourceOf(node.callee)
      const [argument, ...more] = node.arguments
      if (callee === "Date" && argument !== undefined && (more.length > 0 || !isMillis(argument, sourceOf))) {
        add(node.start, `new Date(${sourceOf(argument)}) may depend on the machine; use Date.UTC or parseTimestamp`)
      }
      if (callee.startsWith("Intl.") && argument?.type !== "Literal") {
        add(node.start, `${callee} depends on the machine; name a language`)
      }
      if (callee === "Intl.DateTimeFormat" && !source.slice(node.start, node.end).includes("timeZone")) {
        add(node.start, "Intl.DateTimeFormat depends on the machine; name a time zone")
      }
    },
  }).visit(program)
  if (/\benv(?:\.TZ\b|\["TZ"\])/.test(source)) add(0, "TZ is the machine's; nothing may depend on it")
  return found.map(({ at, text }) => `${path}:${source.slice(0, at).split("\n").length}: ${text}`)
}

/** Whether an argument is a number of milliseconds by its form or by its name. */
const isMillis = (
  node: { readonly type: string; readonly start: number; readonly end: number },
  sourceOf: (node: { readonly start: number; readonly end: number }) => string,
): boolean => {
  const text = sourceOf(node)
  switch (node.type) {
    case "Literal":
      return /^[\d_]+$/.test(text)
    case "BinaryExpression":
      // Texts can be joined, but not subtracted.
      return text.includes("-") || text.includes("*") || /^(?:\d[\d_]* |Date\.now\(\))/.test(text)
    case "CallExpression":
      return /^Date\.(?:UTC|now)\(/.test(text)
    default:
      return millis.test(text.slice(text.search(/[\w$]+$/)))
  }
}

/** Checks every library and app. */
export const checkZones = (): ReadonlyArray<string> =>
  [...libraries, ...apps].flatMap(sourcesOf).flatMap((path) => localUses(path, readText(path)))
