import { ConfigErrors, planReload, renderProblems, sinkPlugin } from "@boltodds/config"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { type Outside, pipelineOf, problemsOf } from "./fixtures/load.ts"
import { makeWorld, type WebhookOptions } from "./fixtures/registry.ts"

const lines = (...text: ReadonlyArray<string>): string => text.join("\n") + "\n"

/** A document of which only the sinks matter. */
const withSinks = (...sinks: ReadonlyArray<string>): string =>
  lines("version: 1", "source: demo", "sinks:", ...sinks.map((line) => `  ${line}`))

interface Mistake {
  readonly name: string
  readonly text: string
  readonly outside?: Outside
  /** `line:column+length message → remedy`, for each in order. */
  readonly problems: ReadonlyArray<string>
}

const shown = (problems: Awaited<ReturnType<typeof problemsOf>>): ReadonlyArray<string> =>
  problems.map(({ line, column, length, message, remedy }) => `${line}:${column}+${length} ${message} → ${remedy}`)

const mistakes: ReadonlyArray<Mistake> = [
  {
    name: "an empty text",
    text: "",
    problems: ["1:1+1 Cannot make a pipeline: the file is empty → begin with `version: 1`"],
  },
  {
    name: "a text that is no YAML",
    text: lines("version: 1", "source: [demo"),
    problems: [
      "3:1+1 Cannot read the text: Flow sequence in block collection must be sufficiently indented and end with a ] → indent it like its neighbors",
    ],
  },
  {
    name: "a variable where YAML has no place for its brace",
    text: withSinks("a: { file: { path: ${A} } }", "b: { file: { path: ] } }"),
    problems: [
      "4:22+2 Cannot read the text: Unexpected flow-map-start at node end → put `${NAME}` in quotes inside { } or [ ]",
    ],
  },
  {
    name: "an alias in itself, an alias of nothing, a tag, and a key that is no text",
    text: lines("version: 1", "source: demo", "sinks: { a: stdout }", "x-a: &a { b: *a, ? [x] : y }", "x-b: !c d"),
    problems: [
      "4:14+2 Cannot read the text: *a contains itself → remove the alias",
      "4:20+3 Cannot read the text: a key must be a text → put the key in quotes",
      "5:6+2 Cannot read the text: Unresolved tag: !c → remove the tag",
    ],
  },
  {
    name: "an alias of a name with several anchors: the last one before it counts",
    text: lines(
      "version: 1",
      "source: demo",
      "x-a: &e changes",
      "x-b: &e chnages",
      "sinks: { a: { stdout: {}, emit: *e } }",
      "x-c: &e quotes",
    ),
    problems: ["4:9+7 Unknown emit `chnages` → did you mean `changes`?"],
  },
  {
    name: "an alias before its anchor",
    text: lines("version: 1", "source: demo", "sinks: { a: { stdout: {}, emit: *e } }", "x-a: &e changes"),
    problems: ["3:33+2 Cannot read the text: there is no anchor &e → write the anchor before it"],
  },
  {
    name: "a key that is there twice",
    text: lines("version: 1", "source: demo", "source: feed", "sinks: { a: stdout }"),
    problems: ["3:1+6 Cannot read the text: the key `source` is there twice → keep one of them"],
  },
  {
    name: "comments of another language",
    text: lines("// mine", '{ "version": 1 }'),
    problems: [expect.stringContaining("→ begin comments with #; `//` and `/*` are text in YAML and JSON")],
  },
  {
    name: "a text that is nested deeper than anyone can read",
    text: lines("version: 1", `x-a: ${"[".repeat(5_000)}${"]".repeat(5_000)}`),
    problems: [expect.stringMatching(/Cannot read the text: it is nested too deeply → nest it less$/)],
  },
  {
    name: "a sink without a name",
    text: withSinks('"": stdout'),
    problems: [
      "4:3+2 Cannot make a sink without a name: logs and reports need one → name it, such as `archive`",
    ],
  },
  {
    name: "a second document",
    text: lines("version: 1", "source: demo", "sinks: { a: stdout }", "---", "version: 1"),
    problems: [
      "4:1+3 Cannot read the text: it holds a second YAML document; expected one → remove the `---`, or put the second document into a file of its own",
    ],
  },
  {
    name: "a control character",
    text: lines("version: 1", "source: demo\u0000", "sinks: { a: stdout }"),
    problems: [
      '2:13+1 Cannot read the text: it holds the control character U+0000 → remove it, or write it as "\\u0000" in double quotes',
    ],
  },
  {
    name: "a merge of what is no mapping, and of itself",
    text: lines("version: 1", "source: demo", "sinks: { a: { stdout: {}, <<: changes } }", "x-a: &a { <<: *a }"),
    problems: [
      "3:27+2 Cannot read the text: `<<` merges mappings, and this is not a mapping → write `<<: *name`, where `&name` marks a mapping",
      "4:15+2 Cannot read the text: *a contains itself → remove the alias",
    ],
  },
  {
    name: "a mistake in what is merged, where it stands",
    text: lines("version: 1", "source: demo", "x-b: &b { emit: chnages }", "sinks: { a: { <<: *b, stdout: {} } }"),
    problems: ["3:17+7 Unknown emit `chnages` → did you mean `changes`?"],
  },
  {
    name: "a list instead of a document",
    text: "- 1\n",
    problems: [
      "1:1+3 Cannot make a pipeline: expected a mapping; got a list → begin with `version: 1`, `source` and `sinks`",
    ],
  },
  {
    name: "an unknown version, alone",
    text: lines("version: 2", "nonsense: true"),
    problems: [
      "1:10+1 Cannot read version 2: this program knows version 1 → write `version: 1`, or update the program",
    ],
  },
  {
    name: "no version",
    text: lines("source: demo", "sinks: { a: stdout }"),
    problems: ["1:1+12 Cannot make a pipeline: `version` is missing → begin with `version: 1`"],
  },
  {
    name: "an unknown key of the document",
    text: lines("version: 1", "source: demo", "sinks: { a: stdout }", "plugin: []"),
    problems: ["4:1+6 Cannot use `plugin`: a configuration has no such key → did you mean `plugins`?"],
  },
  {
    name: "no source, no sinks",
    text: lines("version: 1"),
    problems: [
      "1:1+10 Cannot make a pipeline without a source: `source` is missing → add `source` with one of: feed, demo",
      "1:1+10 Cannot make a pipeline without sinks: `sinks` is missing → write `sinks: { screen: { stdout: {} } }`",
    ],
  },
  {
    name: "several sources",
    text: lines("version: 1", "source: { demo: {}, feed: {} }", "sinks: { a: stdout }"),
    problems: ["2:21+4 Cannot choose a source: `demo` and `feed` are both named → keep one of them"],
  },
  {
    name: "an unknown source",
    text: lines("version: 1", "source: dmeo", "sinks: { a: stdout }"),
    problems: ["2:9+4 Unknown source `dmeo` → did you mean `demo`?"],
  },
  {
    name: "an unknown option of a source",
    text: lines("version: 1", "source:", "  feed: { sport: [NBA] }", "sinks: { a: stdout }"),
    problems: ["3:11+5 Cannot use `sport`: source `feed` has no such option → did you mean `sports`?"],
  },
  {
    name: "an unknown sink type",
    text: withSinks("hook: { webhok: { url: 'https://a.example' } }"),
    problems: ["4:11+6 Unknown sink type `webhok` → did you mean `webhook`?"],
  },
  {
    name: "a sink without a type",
    text: withSinks("hook: { emit: changes }"),
    problems: ["4:3+4 Cannot make a sink: it names no type → add one of: stdout, file, webhook"],
  },
  {
    name: "a sink of two types",
    text: withSinks("both: { stdout: {}, file: { path: a } }"),
    problems: ["4:23+4 Cannot make a sink with two types: `stdout` and `file` → write two sinks"],
  },
  {
    name: "an unknown key of a sink",
    text: withSinks("a: { stdout: {}, emitt: changes }"),
    problems: ["4:20+5 Cannot use `emitt`: a sink has no such key → did you mean `emit`?"],
  },
  {
    name: "a missing option",
    text: withSinks("a: { file: {} }"),
    problems: ["4:8+4 Cannot use sink type `file`: its `path` is missing → add `path`"],
  },
  {
    name: "an option of the wrong type",
    text: withSinks("a: { file: { path: [x] } }"),
    problems: ['4:22+3 Cannot use `path`: expected a text; got ["x"] → write a text'],
  },
  {
    name: "options of a plug-in, deep inside",
    text: withSinks("a: { webhook: { url: u, profile: realtme, port: 0, timeout: 5 } }"),
    problems: [
      '4:36+7 Cannot use `profile`: expected one of "realtime", "durable"; got "realtme" → did you mean `realtime`?',
      "4:51+1 Cannot use `port`: expected a port; got 0 → write a port",
      "4:63+1 Cannot use `timeout`: expected a duration such as 500ms, 15s, 1m30s; got 5 → write a duration such as 500ms, 15s, 1m30s",
    ],
  },
  {
    name: "what a plug-in finds, each at its place, beside what its schema refuses",
    text: withSinks("a: { webhook: { url: 'ftp:', profile: x, port: 25 } }", "b: { webhook: { url: 'quotes:' } }"),
    problems: [
      "4:24+6 Cannot use `url`: it must be https → write https",
      expect.stringContaining("4:41+1 Cannot use `profile`"),
      "4:44+4 Cannot post to port 25 → take another",
      "5:8+7 Cannot use these options: it wants quotes → write `emit: quotes`",
    ],
  },
  {
    name: "a plug-in that breaks while it looks for mistakes",
    text: withSinks("a: { webhook: { url: 'break:' } }"),
    problems: [
      "4:17+17 Cannot use sink type `webhook`: its schema fails on these options → report it to its author",
    ],
  },
  {
    name: "two sinks on one file, or on files that may be one",
    text: withSinks(
      "a: { file: { path: a.ndjson } }",
      "b: { file: { path: ./a.ndjson } }",
      "c: { file: { path: 'odds-*.ndjson' } }",
      "d: { file: { path: odds-nba.ndjson } }",
      "e: { file: { path: 'odds-##.ndjson' } }",
      "f: { file: { path: 'odds-nba.#.ndjson' } }",
      "g: { file: { path: 'odds/*.ndjson' } }",
      "h: { file: { path: odds-.ndjson } }",
      "i: { file: { path: '#.ndjson' } }",
      "j: { file: { path: b.ndjson } }",
    ),
    problems: [
      "5:22+10 Cannot write this file: `a` (line 4) writes it already → give each a path of its own",
      "7:22+15 Cannot write files of this path: one of them may be a file that `c` (line 6) writes → give each a path of its own",
      "8:22+16 Cannot write files of this path: one of them may be a file that `c` (line 6) writes → give each a path of its own",
      "9:22+19 Cannot write files of this path: one of them may be a file that `c` (line 6) writes → give each a path of its own",
    ],
  },
  {
    name: "a store of a lane that has mistakes of its own",
    text: withSinks("a: { stdout: {}, lane: { max_age: soon, store: { outbox: { pth: x } } } }"),
    problems: [
      expect.stringContaining("4:37+4 Cannot use `max_age`"),
      "4:62+3 Cannot use `pth`: store `outbox` has no such option → did you mean `path`?",
    ],
  },
  {
    name: "an unknown emit",
    text: withSinks("a: { stdout: {}, emit: change }"),
    problems: ["4:26+6 Unknown emit `change` → did you mean `changes`?"],
  },
  {
    name: "an emit that a sink does not take",
    text: withSinks("a: { webhook: { url: u }, emit: raw }"),
    problems: [
      "4:35+3 Cannot use the emit `raw` here: a sink of type `webhook` does not take it → it takes: changes, quotes",
    ],
  },
  {
    name: "an unknown processor",
    text: withSinks("a: { stdout: {}, emit: changes, processors: [{ conflat: { every: 1s } }] }"),
    problems: ["4:50+7 Unknown processor `conflat` → did you mean `conflate`?"],
  },
  {
    name: "a processor that does not understand the emit",
    text: withSinks("a: { stdout: {}, emit: quotes, processors: [{ conflate: { every: 1s } }] }"),
    problems: [
      "4:49+8 Cannot use the processor `conflate` with `emit: quotes`: it cannot process these records → write `emit: changes`, or remove it",
    ],
  },
  {
    name: "a processor without what it needs",
    text: withSinks("a: { stdout: {}, emit: changes, processors: [conflate, { conflate: { every: 0s } }] }"),
    problems: [
      "4:48+8 Cannot use processor `conflate`: its `every` is missing → add `every`",
      '4:79+2 Cannot use `every`: expected a duration above zero, such as 15s; got "0s" → write a duration above zero, such as 15s',
    ],
  },
  {
    name: "an unknown field for pick",
    text: withSinks("a: { stdout: {}, emit: changes, processors: [{ pick: [game, ods] }] }"),
    problems: [
      "4:63+3 Cannot use the field `ods`: a record of `changes` has no such field → did you mean `odds`?",
    ],
  },
  {
    name: "an unknown overflow",
    text: withSinks("a: { stdout: {}, lane: { overflow: drop_oldst } }"),
    problems: [
      '4:38+10 Cannot use `overflow`: expected one of "block", "coalesce", "drop_oldest", "drop_newest", "fail"; got "drop_oldst" → did you mean `drop_oldest`?',
    ],
  },
  {
    name: "coalescing of messages",
    text: withSinks("a: { stdout: {}, emit: messages, lane: { overflow: coalesce } }"),
    problems: [
      "4:54+8 Cannot coalesce `messages`: its records do not say what they replace → write `emit: changes`, or `overflow: drop_oldest`",
    ],
  },
  {
    name: "coalescing in a durable store",
    text: withSinks("a: { stdout: {}, emit: changes, lane: { overflow: coalesce, store: outbox } }"),
    problems: [
      "4:53+8 Cannot coalesce in a durable store: committed records must be delivered unchanged → write `store: memory`, or another `overflow`",
    ],
  },
  {
    name: "a block timeout of a lane that does not block",
    text: withSinks("a: { stdout: {}, lane: { overflow: fail, block_timeout: 1s } }"),
    problems: [
      "4:59+2 Cannot use `block_timeout` with `overflow: fail`: only a lane with `overflow: block` waits → write `overflow: block`, or remove it",
    ],
  },
  {
    name: "sides of a lane of messages",
    text: withSinks("a: { stdout: {}, emit: messages, lane: { parallel: 4 } }"),
    problems: [
      "4:54+1 Cannot deliver `messages` in parallel: its records do not say which of them must stay in order → remove it",
    ],
  },
  {
    name: "an unknown store, and a wrong size",
    text: withSinks("a: { stdout: {}, lane: { store: memry } }", "b: { stdout: {}, lane: { max_bytes: 16 MiBB } }"),
    problems: [
      "4:35+5 Unknown store `memry` → did you mean `memory`?",
      '5:39+7 Cannot use `max_bytes`: expected a size such as 64KiB, 16MiB, 1GB, or a number of bytes; got "16 MiBB" → write a size such as 64KiB, 16MiB, 1GB, or a number of bytes',
    ],
  },
  {
    name: "a field of messages in a condition on changes",
    text: withSinks("a: { stdout: {}, where: 'data.info.id == 7' }"),
    problems: [
      "4:28+4 Cannot use this expression: a record of `changes` has no field `data` → `messages` has it: write `emit: messages`, or use another field",
    ],
  },
  {
    name: "a condition with an unknown field",
    text: withSinks(`a: { stdout: {}, emit: changes, where: 'spor == "NBA"' }`),
    problems: [
      "4:43+4 Cannot use this expression: a record of `changes` has no field `spor` → did you mean `sport`?",
    ],
  },
  {
    name: "a condition that compares what cannot be compared",
    text: withSinks("a:", "  stdout: {}", "  emit: changes", '  where: odds != null && odds == "150"'),
    problems: [
      "7:28+13 Cannot use this expression: no such overload: number == string → compare and combine values of one type; texts stand in quotes",
    ],
  },
  {
    name: "a condition that ends too early, in a folded block",
    text: withSinks("a:", "  stdout: {}", "  emit: changes", "  where: >-", '    sport == "NBA"', "    && odds >"),
    problems: [
      '9:16+1 Cannot use this expression: it ends too early → write it in CEL, as in `sport == "NBA" && odds >= 150`',
    ],
  },
  {
    name: "an invalid condition",
    text: withSinks("a: { stdout: {}, emit: changes, where: odds }"),
    problems: [
      "4:42+4 Cannot use this condition: it gives a number, not true or false → compare it with something, as in `odds >= 150`",
    ],
  },
  {
    name: "a condition on the log",
    text: withSinks("a: { stdout: {}, emit: raw, where: 'true' }"),
    problems: [
      "4:38+6 Cannot use `where` with `emit: raw`: an event log with parts left out cannot be replayed → remove it, or set filters on the source",
    ],
  },
  {
    name: "a formula inside a processor",
    text: withSinks("a: { stdout: {}, emit: changes, processors: [{ map: { price: odds, who: 'home + \"x\"' } }] }"),
    problems: [
      "4:76+4 Cannot use this expression: a record of `changes` has no field `home` → did you mean `home_team`?",
    ],
  },
  {
    name: "a variable that is not set",
    text: withSinks("a: { file: { path: 'x/${ODDS_DIR}/y' } }"),
    outside: { env: { ODDS_DIRS: "z" } },
    problems: [
      "4:25+11 Cannot fill in `${ODDS_DIR}`: the variable ODDS_DIR is not set → set it, or write a default: `${ODDS_DIR:-…}`; did you mean ODDS_DIRS?",
    ],
  },
  {
    name: "a variable that is not closed, and one without a name",
    text: withSinks("a: { file: { path: '${A' } }", "b: { file: { path: '${}' } }"),
    problems: [
      "4:23+2 Cannot read a variable: its brace is not closed → write `${NAME}`, or `$$` for a dollar",
      "5:23+3 Cannot read a variable: `` is no name → write `${NAME}`, `${NAME:-default}`, or `$$` for a dollar",
    ],
  },
  {
    name: "a variable of the wrong type, without showing what it holds",
    text: withSinks("a: { webhook: { url: u, port: '${PORT}' } }"),
    outside: { env: { PORT: "hunter2" } },
    problems: ["4:33+9 Cannot use `port`: expected a port; got *** → write a port"],
  },
  {
    name: "a fallback that names nobody",
    text: withSinks("a: { stdout: {}, fallback: archve }", "archive: { file: { path: x } }"),
    problems: ["4:30+6 Cannot fall back to `archve`: there is no sink of that name → did you mean `archive`?"],
  },
  {
    name: "fallbacks in a circle",
    text: withSinks("a: { stdout: {}, fallback: b }", "b: { stdout: {}, fallback: a }"),
    problems: ["4:30+1 Cannot use fallbacks in a circle: a → b → a → remove one of these `fallback`s"],
  },
  {
    name: "a fallback for two, and one with an emit of its own",
    text: withSinks(
      "a: { stdout: {}, fallback: c }",
      "b: { stdout: {}, fallback: c }",
      "c: { stdout: {}, emit: changes }",
    ),
    problems: [
      "5:30+1 Cannot fall back to `c`: it is already the fallback of `a` → write a second sink like it",
      "6:20+4 Cannot use `emit` here: `c` is the fallback of `a` and receives its records → remove it; the setting of `a` applies to both",
    ],
  },
  {
    name: "a plug-in that cannot be loaded",
    text: lines("version: 1", "source: demo", "sinks: { a: stdout }", "plugins: [./gone.ts]"),
    problems: [
      "4:11+9 Cannot load the plug-in ./gone.ts: Cannot find module './gone.ts' → correct the path (it starts at the folder of this file), or the module",
    ],
  },
  {
    name: "modules that are no plug-ins",
    text: lines("version: 1", "source: demo", "sinks: { a: stdout }", "plugins: [./a.ts, ./b.ts, ./c.ts, ./d.ts]"),
    outside: {
      modules: {
        "./a.ts": { default: { name: "x" } },
        "./b.ts": { helper: () => 1 },
        "./c.ts": { default: { kind: "sink", name: "x", make: () => 1, config: {} } },
        "./d.ts": { default: { kind: "snik" } },
      },
    },
    problems: [
      "4:11+6 Cannot use the plug-in ./a.ts: its export `default` has no kind → a plug-in is an object { kind, name, config, make }",
      "4:19+6 Cannot use the plug-in ./b.ts: ./b.ts exports none → export a plug-in by default, or by name",
      "4:27+6 Cannot use the plug-in ./c.ts: its export `default` has a `config` that is neither a Standard Schema (Zod, Valibot, …) nor a Schema of Effect → a plug-in is an object { kind, name, config, make }",
      "4:35+6 Cannot use the plug-in ./d.ts: its export `default` is of no known kind (it must be one of source, emit, processor, sink, store) → a plug-in is an object { kind, name, config, make }",
    ],
  },
  {
    name: "a secret whose file is missing, one that is empty, one that is not set",
    text: withSinks(
      "a: { webhook: { url: u, secret: { file: s.txt } } }",
      "b: { webhook: { url: u, secret: [{ file: empty.txt }] } }",
      "c: { webhook: { url: u, secret: { env: HOOK } } }",
    ),
    outside: { files: { "empty.txt": "\n" } },
    problems: [
      "4:35+15 Cannot read this secret: its file cannot be read: there is no such file → correct the path (it starts at the folder of the configuration), or create it",
      "5:36+19 Cannot read this secret: its file is empty → write the secret into it",
      "6:35+13 Cannot read this secret: the variable HOOK is not set → set HOOK",
    ],
  },
  {
    name: "a secret that its schema refuses, without showing it",
    text: withSinks("a: { webhook: { url: u, secret: abc } }"),
    problems: [
      "4:35+3 Cannot use `secret`: expected at least 4 characters; got *** → write at least 4 characters",
    ],
  },
  {
    name: "wrong numbers of the run",
    text: lines("version: 1", "source: demo", "sinks: { a: stdout }", "run: { count: 0, for: 30, drain: 1s }"),
    problems: [
      "4:15+1 Cannot use `count`: expected a whole number above 0; got 0 → write a whole number above 0",
      "4:23+2 Cannot use `for`: expected a duration such as 500ms, 15s, 1m30s; got 30 → write a duration such as 500ms, 15s, 1m30s",
      "4:27+5 Cannot use `drain`: `run` has no such option → did you mean `drain_within`?",
    ],
  },
]

describe("a configuration with a mistake", () => {
  for (const { name, text, outside, problems } of mistakes) {
    it(`is refused: ${name}`, async () => {
      expect(shown(await problemsOf(text, outside))).toEqual(problems)
    })
  }
})

const six = lines(
  "version: 1",
  "source: { feed: { sportsboks: [draftkings] } }",
  "sinks:",
  "  screen: { stdout: {}, emit: changs }",
  "  hook:",
  "    webhook: { url: 'https://example.com', timeout: 15 }",
  "    where: 'odds > \"150\"'",
  "    lane: { max_age: '${AGE}' }",
  "    fallback: nobody",
)

describe("all that is wrong", () => {
  it("is reported at once, in the order of the text, with line, mark and remedy", async () => {
    const problems = await problemsOf(six)
    expect(renderProblems("pipeline.yaml", problems)).toBe(`\
pipeline.yaml:2:19: Cannot use \`sportsboks\`: source \`feed\` has no such option
  2 | source: { feed: { sportsboks: [draftkings] } }
                        ^^^^^^^^^^
  → did you mean \`sportsbooks\`?
pipeline.yaml:4:31: Unknown emit \`changs\`
  4 |   screen: { stdout: {}, emit: changs }
                                    ^^^^^^
  → did you mean \`changes\`?
pipeline.yaml:6:53: Cannot use \`timeout\`: expected a duration such as 500ms, 15s, 1m30s; got 15
  6 |     webhook: { url: 'https://example.com', timeout: 15 }
                                                          ^^
  → write a duration such as 500ms, 15s, 1m30s
pipeline.yaml:7:13: Cannot use this expression: no such overload: number > string
  7 |     where: 'odds > "150"'
                  ^^^^^^^^^^^^
  → compare and combine values of one type; texts stand in quotes
pipeline.yaml:8:23: Cannot fill in \`\${AGE}\`: the variable AGE is not set
  8 |     lane: { max_age: '\${AGE}' }
                            ^^^^^^
  → set it, or write a default: \`\${AGE:-…}\`
pipeline.yaml:9:15: Cannot fall back to \`nobody\`: there is no sink of that name
  9 |     fallback: nobody
                    ^^^^^^
  → other sinks: screen`)
  })

  it("is in the error, with the path of each", async () => {
    const problems = await problemsOf(six)
    const error = new ConfigErrors("pipeline.yaml", problems)
    expect(error._tag).toBe("ConfigErrors")
    expect(error.message.split("\n")[0]).toBe("Cannot use pipeline.yaml: it has 6 mistakes")
    expect(problems.map(({ path }) => path.join("."))).toEqual([
      "source.feed.sportsboks",
      "sinks.screen.emit",
      "sinks.hook.webhook.timeout",
      "sinks.hook.where",
      "sinks.hook.lane.max_age",
      "sinks.hook.fallback",
    ])
  })

  it("is painted for a terminal, and a long line is cut around the place", async () => {
    const problems = await problemsOf(withSinks(`a: { stdout: {}, emit: ${"x".repeat(300)} }`))
    const text = renderProblems("p.yaml", problems, { color: true })
    expect(text).toContain("\u001b[1mp.yaml:4:26\u001b[0m")
    expect(text.split("\n")[1]!.length).toBeLessThan(130)
  })

  it("opens nothing", async () => {
    const world = makeWorld()
    await problemsOf(six, { world })
    expect(world.opened).toEqual([])
  })
})

describe("a secret", () => {
  const hook = (secret: string): string =>
    lines("version: 1", "source: demo", "sinks:", `  hook: { webhook: { url: u, secret: ${secret} } }`)
  const openedWith = async (text: string, outside: Outside): Promise<ReadonlyArray<string>> => {
    const world = makeWorld()
    const pipeline = await pipelineOf(text, { ...outside, world })
    expect(JSON.stringify(pipeline.resolved)).not.toMatch(/s3cret/)
    await Effect.runPromise(pipeline.check({ run: "R", log: () => {} }))
    const { secret } = world.opened[0]!.options as WebhookOptions
    const secrets = Array.isArray(secret)
      ? secret as ReadonlyArray<Redacted.Redacted<string>>
      : [secret as Redacted.Redacted<string>]
    return secrets.map(Redacted.value)
  }

  it("comes from a variable, a file without its final newline, or the text, and is shown nowhere", async () => {
    const outside = { env: { HOOK: "s3cret-1" }, files: { "keys/hook": "s3cret-2\n\n" } }
    expect(await openedWith(hook("{ env: HOOK }"), outside)).toEqual(["s3cret-1"])
    expect(await openedWith(hook("{ file: keys/hook }"), outside)).toEqual(["s3cret-2\n"])
    expect(await openedWith(hook("s3cret-3"), outside)).toEqual(["s3cret-3"])
    expect(await openedWith(hook("'${HOOK}'"), outside)).toEqual(["s3cret-1"])
    expect(await openedWith(hook("[{ env: HOOK }, s3cret-4]"), outside)).toEqual(["s3cret-1", "s3cret-4"])
  })

  it("is forgiven the line end that a shell, an editor or a copy left at its end, and a byte order mark", async () => {
    const outside = { env: { HOOK: "s3cret-1\n", CRLF: "s3cret-2\r\n" }, files: { hook: "\ufeffs3cret-3\r\n" } }
    expect(await openedWith(hook("{ env: HOOK }"), outside)).toEqual(["s3cret-1"])
    expect(await openedWith(hook("'${CRLF}'"), outside)).toEqual(["s3cret-2"])
    expect(await openedWith(hook("{ file: hook }"), outside)).toEqual(["s3cret-3"])
    expect(shown(await problemsOf(hook("{ env: LINE }"), { env: { LINE: "\n" } }))).toEqual([
      "4:38+13 Cannot read this secret: the variable LINE is empty → set LINE",
    ])
    expect(shown(await problemsOf(hook("{ env: HOKO }"), { env: { HOOK: "x" } }))).toEqual([
      "4:38+13 Cannot read this secret: the variable HOKO is not set → set HOKO; did you mean HOOK?",
    ])
  })

  it("is not shown by a schema that quotes what it refuses", async () => {
    const quoting = Schema.String.check(Schema.makeFilter((text) => text.length > 20 || `${text} is too short`))
    const plugin = sinkPlugin({
      kind: "sink",
      name: "quoting",
      config: Schema.Struct({ token: Schema.RedactedFromValue(quoting), name: quoting }),
      make: () => Effect.succeed({ guarantee: "at-most-once", write: () => Effect.void }),
    })
    const text = lines(
      "version: 1",
      "plugins: [./q.ts]",
      "source: demo",
      "sinks:",
      "  a: { quoting: { token: s3cret, name: Bob } }",
      "  b: { quoting: { token: { env: T }, name: '${T}' } }",
    )
    const problems = await problemsOf(text, { env: { T: "s3cret" }, modules: { "./q.ts": { plugin } } })
    expect(shown(problems)).toEqual([
      "5:26+6 Cannot use `token`: expected another value; got *** → write another value",
      "5:40+3 Cannot use `name`: Bob is too short → change it as the message says",
      "6:26+10 Cannot use `token`: expected another value; got *** → write another value",
      "6:44+6 Cannot use `name`: expected another value; got *** → write another value",
    ])
    expect(JSON.stringify(problems)).not.toMatch(/s3cret/)
  })

  it("is not the bare address of this machine", async () => {
    const secretly = async (url: string) => (await pipelineOf(hook(url))).warnings.length
    expect(await secretly("http://127.0.0.1:8787/")).toBe(0)
    expect(await secretly("http://localhost:80")).toBe(0)
    expect(await secretly("http://127.0.0.1:8787/t0ken")).toBe(1)
    expect(await secretly("http://u:p@127.0.0.1/")).toBe(1)
    expect(await secretly("http://127.0.0.1.example.com/")).toBe(1)
  })

  it("that stands in the file gives a warning, and is hidden in every message", async () => {
    const pipeline = await pipelineOf(hook("s3cret-3"))
    expect(pipeline.warnings.map(({ line, column, message }) => [line, column, message])).toEqual([
      [4, 38, "`secret` is secret, and is in the file, where anyone who reads it sees it"],
    ])
    expect(pipeline.warnings[0]!.source).toBe("  hook: { webhook: { url: u, secret: ******** } }")
    const problems = await problemsOf(hook("s3cret-3, prt: s3cret-4"))
    expect(JSON.stringify(problems)).not.toMatch(/s3cret/)
    const misspelt = await problemsOf(
      lines("version: 1", "source: demo", "sinks: { a: { webhook: { url: u, secert: s3cret } } }"),
    )
    expect(JSON.stringify(misspelt)).not.toMatch(/s3cret/)
  })
})

describe("a variable", () => {
  const optionsOf = async (text: string, env: Record<string, string>): Promise<unknown> => {
    const world = makeWorld()
    const pipeline = await pipelineOf(lines("version: 1", "source: demo", "sinks:", `  a: ${text}`), { env, world })
    await Effect.runPromise(pipeline.check({ run: "R", log: () => {} }))
    return world.opened[0]!.options
  }

  it("stands for a part of a text, or for all of it, with a default where it is unset or empty", async () => {
    const text = "{ file: { path: '${A}/${B:-b}/${C:-c}/$${D}/$E' } }"
    expect(await optionsOf(text, { A: "x", B: "" })).toEqual({ path: "x/b/c/${D}/$E" })
  })

  it("may be empty where it has no default", async () => {
    expect(await optionsOf("{ file: { path: 'x${A}' } }", { A: "" })).toEqual({ path: "x" })
  })

  it("that is all of a value may be a number or a flag where that is expected, and a text otherwise", async () => {
    const text = "{ webhook: { url: '${PORT}', port: '${PORT}', allow_private: '${ALLOW}' } }"
    expect(await optionsOf(text, { PORT: "8080", ALLOW: "true" })).toEqual({
      url: "8080",
      port: 8080,
      allow_private: true,
    })
  })

  it("cannot become anything but a text", async () => {
    expect(await optionsOf("{ file: { path: '${A}' } }", { A: "x' }, b: { stdout: {} }\n# " })).toEqual({
      path: "x' }, b: { stdout: {} }\n# ",
    })
  })

  it("is shown as it is written", async () => {
    const pipeline = await pipelineOf(withSinks("a: { file: { path: 'x/${A}' } }"), { env: { A: "hidden" } })
    expect(pipeline.resolved).toMatchObject({ sinks: { a: { file: { path: "x/${A}" } } } })
    expect(JSON.stringify(pipeline)).not.toContain("hidden")
  })
})

describe("a merge key", () => {
  const sinkOf = async (...text: ReadonlyArray<string>) =>
    (await pipelineOf(lines("version: 1", "source: demo", ...text))).resolved as { readonly sinks: unknown }

  it("brings in the keys of a mapping, and the mapping's own keys win, before it and after it", async () => {
    const written = await sinkOf("sinks: { a: { emit: quotes, stdout: {}, required: false } }")
    for (
      const merged of [
        ["x-b: &b { emit: changes, required: false }", "sinks: { a: { <<: *b, emit: quotes, stdout: {} } }"],
        ["x-b: &b { emit: changes, required: false }", "sinks: { a: { emit: quotes, stdout: {}, <<: *b } }"],
        ["sinks: { a: { <<: { required: false }, emit: quotes, stdout: {} } }"],
        [
          "x-b: &b { emit: quotes }",
          "x-c: &c { <<: *b, required: false, emit: quotes }",
          "sinks: { a: { <<: *c, stdout: {} } }",
        ],
      ]
    ) expect((await sinkOf(...merged)).sinks).toEqual(written.sinks)
  })

  it("brings in several, of which the first wins", async () => {
    const { sinks } = await sinkOf(
      "x-b: &b { emit: quotes }",
      "x-c: &c { emit: changes, required: false }",
      "sinks: { a: { <<: [*b, *c], stdout: {} } }",
    )
    expect(sinks).toMatchObject({ a: { emit: "quotes", required: false } })
  })

  it("in quotes is a key like any other", async () => {
    const text = lines("version: 1", "source: demo", "sinks: { a: { stdout: {}, '<<': { emit: quotes } } }")
    expect(shown(await problemsOf(text))).toEqual([
      expect.stringContaining("3:27+4 Cannot use `<<`: a sink has no such key"),
    ])
  })
})

describe("a text of many keys", () => {
  it("of which each is a mistake reports all of them, each at its line", async () => {
    const many = (count: number): string =>
      lines(
        "version: 1",
        "source: demo",
        "sinks: { a: stdout }",
        ...Array.from({ length: count }, (_, n) => `k${n}: y`),
      )
    const problems = await problemsOf(many(20_000))
    expect(problems).toHaveLength(20_000)
    expect(problems.at(-1)).toMatchObject({ line: 20_003, column: 1, source: "k19999: *" })
  })
})

describe("a configuration without mistakes", () => {
  it("is shown whole, with its defaults, and loads again as it is shown", async () => {
    const text = lines(
      "version: 1",
      "x-lane: &lane { max_age: 30s, batch: { records: 100, bytes: 256KiB, linger: 200ms } }",
      "source: { feed: { sports: [NBA], sportsbooks: [draftkings] } }",
      "sinks:",
      "  screen: { stdout: {}, emit: changes, where: 'sport == \"NBA\"' }",
      "  archive: { file: { path: 'odds.ndjson' }, emit: quotes, required: false, lane: { overflow: block } }",
      "  hook:",
      "    webhook: { url: 'https://example.com/hook', secret: { env: HOOK } }",
      "    processors: [{ min_move: { cents: 5 } }, { conflate: { every: 1s } }, dedupe]",
      "    lane: *lane",
      "    fallback: reserve",
      "  reserve: { file: { path: reserve.ndjson } }",
      "run: { for: 1h30m, count: 10 }",
    )
    const pipeline = await pipelineOf(text, { env: { HOOK: "abcdef" } })
    expect(pipeline.warnings).toEqual([])
    expect(pipeline.source).toBe("feed")
    const book = { needs: "book", isBook: true }
    expect(pipeline.sinks).toEqual([
      { name: "screen", type: "stdout", emit: "changes", ...book, required: true, isStandby: false },
      {
        name: "archive",
        type: "file",
        emit: "quotes",
        needs: "sync",
        isBook: false,
        required: false,
        isStandby: false,
      },
      {
        name: "hook",
        type: "webhook",
        emit: "changes",
        ...book,
        required: true,
        fallback: "reserve",
        isStandby: false,
      },
      { name: "reserve", type: "file", emit: "changes", ...book, required: true, isStandby: true },
    ])
    const bounds = { max_records: 16384, max_bytes: 16777216, batch: { records: 4096, bytes: 1048576 } }
    expect(pipeline.resolved).toEqual({
      version: 1,
      source: { feed: { sports: ["NBA"], sportsbooks: ["draftkings"] } },
      sinks: {
        screen: {
          stdout: {},
          emit: "changes",
          where: 'sport == "NBA"',
          lane: { overflow: "drop_oldest", store: "memory", ...bounds },
          required: true,
        },
        archive: {
          file: { path: "odds.ndjson" },
          emit: "quotes",
          lane: { overflow: "block", block_timeout: "5s", store: "memory", ...bounds },
          required: false,
        },
        hook: {
          webhook: { url: "https://example.com/hook", secret: { env: "HOOK" } },
          emit: "changes",
          processors: [{ min_move: { cents: 5 } }, { conflate: { every: "1s" } }, { dedupe: {} }],
          lane: {
            overflow: "coalesce",
            store: "memory",
            max_age: "30s",
            max_records: 262144,
            max_bytes: 268435456,
            batch: { records: 100, bytes: 262144, linger: "200ms" },
          },
          required: true,
          fallback: "reserve",
        },
        reserve: { file: { path: "reserve.ndjson" } },
      },
      run: { count: 10, for: "1h30m", drain_within: "10s", report: false },
    })
    const again = await pipelineOf(JSON.stringify(pipeline.resolved), { env: { HOOK: "abcdef" } })
    expect(again.resolved).toEqual(pipeline.resolved)
    expect(planReload(pipeline, again).steps).toEqual([])
  })

  it("blocks for ever where it has one sink only, and takes what a sink recommends", async () => {
    const laneOf = async (...sinks: ReadonlyArray<string>): Promise<unknown> => {
      const { resolved } = await pipelineOf(withSinks(...sinks))
      return (resolved as { readonly sinks: { readonly a: { readonly lane: unknown } } }).sinks.a.lane
    }
    const lane = await laneOf("a: stdout")
    expect(lane).toMatchObject({ overflow: "block" })
    expect(lane).not.toHaveProperty("block_timeout")
    expect(await laneOf("a: { stdout: {}, fallback: b }", "b: stdout")).toMatchObject({ overflow: "block" })
    expect(await laneOf("a: stdout", "b: stdout")).toMatchObject({ overflow: "drop_oldest" })
    expect(await laneOf("a: { webhook: { url: u } }")).toMatchObject({ overflow: "coalesce", max_age: "30s" })
    // Quotes cannot be coalesced.
    expect(await laneOf("a: { webhook: { url: u }, emit: quotes }")).toMatchObject({ overflow: "drop_oldest" })
    const durable = await laneOf("a: { webhook: { url: u, profile: durable } }")
    expect(durable).toMatchObject({ overflow: "drop_oldest", store: { outbox: {} } })
  })

  it("may be JSON, with names for options that are left out", async () => {
    const pipeline = await pipelineOf(
      '{"version": 1, "source": "demo", "sinks": {"a": {"stdout": null}, "b": "stdout"}}',
    )
    expect(pipeline.sinks.map(({ type }) => type)).toEqual(["stdout", "stdout"])
  })

  it("may name plug-ins of modules, by default or by name", async () => {
    const plugin = (name: string) =>
      sinkPlugin({
        kind: "sink",
        name,
        config: Schema.Struct({ tone: Schema.String }),
        make: () => Effect.succeed({ guarantee: "at-most-once", write: () => Effect.void }),
      })
    const text = lines(
      "version: 1",
      "source: demo",
      "plugins: [./bell.ts, horns]",
      "sinks: { a: { bell: { tone: c } }, b: { horn: { tone: d } } }",
    )
    const modules = {
      "./bell.ts": { default: plugin("bell"), other: 1 },
      horns: { horn: plugin("horn"), drum: plugin("drum") },
    }
    expect((await pipelineOf(text, { modules })).sinks.map(({ type }) => type)).toEqual(["bell", "horn"])
    const problems = await problemsOf(text, {
      modules: { ...modules, horns: { a: plugin("bell"), b: plugin("emit") } },
    })
    expect(shown(problems).slice(0, 2)).toEqual([
      "3:22+5 Cannot use the plug-in horns: there is a sink called `bell` already → give it another name",
      "3:22+5 Cannot use the plug-in horns: a sink type cannot be called `emit`: every sink has that key → give it another name",
    ])
  })
})

describe("a warning", () => {
  it("may be a plug-in's own", async () => {
    const { warnings } = await pipelineOf(withSinks("a: { webhook: { url: u, port: 80 } }"))
    expect(shown(warnings)).toEqual(["4:33+2 Port 80 is read by everybody → take 443"])
  })

  const doubtsOf = async (text: string): Promise<ReadonlyArray<string>> =>
    (await pipelineOf(text)).warnings.map(({ line, column, message, remedy }) =>
      `${line}:${column} ${message} → ${remedy}`
    )

  it("is given of a whole feed that goes into a durable store", async () => {
    const text = (source: string, sink: string): string =>
      lines("version: 1", `source: ${source}`, "sinks:", `  a: ${sink}`)
    const durable = "{ stdout: {}, lane: { store: outbox } }"
    expect(await doubtsOf(text("feed", durable))).toEqual([
      "4:3 The whole feed goes into the durable store of `a`: it grows by gigabytes a day → narrow it with `where`, or the source with `sports`, `sportsbooks`, `games`, `markets`",
    ])
    expect(await doubtsOf(text("{ feed: { sports: [] } }", durable))).toHaveLength(1)
    expect(await doubtsOf(text("{ feed: { sports: [NBA] } }", durable))).toEqual([])
    expect(await doubtsOf(text("demo", durable))).toEqual([])
    expect(await doubtsOf(text("feed", "{ stdout: {}, where: 'sport == \"NBA\"', lane: { store: outbox } }"))).toEqual(
      [],
    )
    expect(await doubtsOf(text("feed", "stdout"))).toEqual([])
  })

  it("is given of controls that are left out, and of texts that no record has", async () => {
    expect(
      await doubtsOf(withSinks(`a: { stdout: {}, emit: changes, control: false, where: 'change == "line_move"' }`)),
    ).toEqual([
      "4:44 Without controls a reader cannot know which prices are unverified after a gap → leave it out, unless another sink has them",
      '4:58 No known record has the change "line_move" → did you mean "line_moved"?',
    ])
    expect(
      await doubtsOf(withSinks(`a: { stdout: {}, emit: changes, where: 'side in ["over", "undr"] || sport == "x"' }`)),
    )
      .toEqual(['4:42 No known record has the side "undr" → did you mean "under"?'])
  })

  it("is given of conditions on what changes, before processors that compare a line with its past", async () => {
    const doubts = (sink: string) => doubtsOf(withSinks(`a: { stdout: {}, emit: changes, ${sink} }`))
    expect(await doubts("where: 'odds >= 150', processors: [{ conflate: { every: 1s } }, { min_move: { cents: 5 } }]"))
      .toEqual([
        "4:42 `conflate`, `min_move` cannot see a line while this condition is false: `odds` changes → make it a `filter` after `conflate`, `min_move` in `processors`; keep in `where` what a line is, such as `market`",
      ])
    expect(
      await doubts(
        `processors: [{ filter: 'change == "line_moved" && cause == "feed" && sport == "NBA"' }, { sample: { every: 2 } }]`,
      ),
    ).toEqual([
      "4:58 `sample` cannot see a line while this condition is false: `change`, `cause` change → put this `filter` after `sample`",
    ])
    expect(await doubts("processors: [{ filter: 'line > 3.5' }, dedupe]")).toHaveLength(1)
    expect(await doubts("processors: [{ min_move: { cents: 5 } }, { filter: 'odds >= 150' }]")).toEqual([])
    expect(await doubts("where: 'odds >= 150', processors: [{ pick: [odds] }]")).toEqual([])
    const constant = `market == "Spread" && side == "over" && home_team in ["x"] && starts_at > "2026"`
    expect(await doubts(`where: '${constant}', processors: [dedupe]`)).toEqual([])
  })
})
