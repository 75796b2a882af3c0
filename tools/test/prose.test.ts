import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { beyond, folderOf, misspelledIn, type ProseFile, unusedAllowances, wordsIn } from "../prose.ts"
import { proseOf } from "../prose/proseOf.ts"
import { wordRules } from "../prose/words.ts"
import { root } from "../workspace.ts"

const file = (path: string, source: string): ProseFile => ({ path, source, prose: proseOf(path, source) })

/** The places and words that are found, without the advice. */
const found = (path: string, source: string): ReadonlyArray<string> =>
  wordsIn(file(path, source), []).map((finding) => finding.slice(0, finding.indexOf(". Say")))

describe("the rejected words", () => {
  it.each(wordRules.flatMap((rule) => rule.not.map((word) => ({ word, say: rule.say }))))(
    "$word is found in a document",
    ({ word, say }) => {
      const text = `It ${word} today.`
      expect(wordsIn(file("a.md", text), []).some((finding) => finding.includes(`Say: ${say}`))).toBe(true)
    },
  )

  it("the table of the glossary has every rule", () => {
    const glossary = readFileSync(join(root, "docs/glossary.md"), "utf8")
    const rows = glossary.slice(glossary.indexOf("## Words that are rejected")).split("\n")
      .filter((line) => line.startsWith("|")).slice(2)
      .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
    expect(rows).toEqual(wordRules.map(({ say, not }) => [say, not.map((word) => `\`${word}\``).join(", ")]))
  })

  it("the finding has the place, the word, and what to say", () => {
    expect(wordsIn(file("docs/a.md", "One.\n\nThe sink is told all.\n"), [])).toEqual([
      'docs/a.md:3: "told". Say: emit, report, log, show, write, distinguish (a record is emitted, a count reported, a line logged)',
    ])
  })

  it("a phrase is found where it goes on in the next line", () => {
    expect(found("a.md", "A batch is under\nway.")).toEqual(['a.md:1: "under way"'])
    expect(found("a.ts", "// A batch is under\n// way.\n")).toEqual(['a.ts:1: "under way"'])
    expect(found("a.ts", "/**\n * A batch is under\n * way.\n */\n")).toEqual(['a.ts:2: "under way"'])
  })

  it("a phrase is not put together from two texts", () => {
    expect(found("a.ts", 'export const a = ["the way is ", "none of these"]\n')).toEqual([])
  })

  it("words that have a plain meaning too are passed in it", () => {
    expect(found("a.md", "A reader falls behind. It runs behind a company proxy. There are none. Who wins? Rebury."))
      .toEqual([])
  })
})

describe("what is read of a TypeScript file", () => {
  it("comments, strings and templates of more than one word, and names of tests", () => {
    const source = `// It is told.
/* It is told. */
/** It is told. */
export const a = "it is told"
export const b = \`it is told \${a} twice\`
export const c = 'it is told'
it("is told a price", () => {})
`
    expect(found("src/a.ts", source)).toEqual([1, 2, 3, 4, 5, 6, 7].map((line) => `src/a.ts:${line}: "told"`))
  })

  it("a text inside a template", () => {
    expect(found("a.ts", 'export const a = `all ${b ? "it is told" : ""} told again`')).toEqual([
      'a.ts:1: "told"',
      'a.ts:1: "told"',
    ])
  })

  it("no code: identifiers, keys, names in strings, quoted code, addresses, links", () => {
    const source = `import { told } from "./told.ts"
/** Calls {@link told}, see \`told\` and https://example.org/told#news. */
export const tell = { told, behind: "behind", "x-told": told.news }
/**
 * @example
 * \`\`\`ts
 * tell(told)
 * \`\`\`
 */
export const code = "const told = 1; tell(told)"
export const arrow = "(told) => tell(told)"
export const variable = "set BOLTODDS_TOLD or boltodds.told now"
`
    expect(found("a.ts", source)).toEqual([])
  })

  it("no quoted data of the feed", () => {
    expect(found("a.ts", `export const a = '{"action":"error","message":"you are told"}'`)).toEqual([])
    expect(found("a.ts", 'export const a = `[{"message":"you are told"}]`')).toEqual([])
  })
})

describe("what is read of a document", () => {
  it("text and link texts, and comments in examples", () => {
    const source = `# Told

[told](told.md) and \`told\`

\`\`\`ts
tell(told) // it is told
const url = "https://told"
\`\`\`

\`\`\`sh
tell told   # it is told
\`\`\`
`
    expect(found("a.md", source)).toEqual(['a.md:1: "Told"', 'a.md:3: "told"', 'a.md:6: "told"', 'a.md:11: "told"'])
  })

  it("no front matter, and of YAML the comments", () => {
    expect(found("a.md", "---\ntold: news\n---\n\nText.\n")).toEqual([])
    expect(found("a.yaml", "told: news # it is told\n")).toEqual(['a.yaml:1: "told"'])
  })
})

describe("the allow-list", () => {
  const entry = { path: "a.ts", text: "you are told", reason: "the feed says so" }

  it("spares the words of an entry at their place, and nothing else", () => {
    const source = "// The feed answers: you are told.\n// It is told.\n"
    expect(wordsIn(file("a.ts", source), [entry]).map((finding) => finding.slice(0, 13))).toEqual(['a.ts:2: "told'])
    expect(wordsIn(file("b.ts", source), [entry])).toHaveLength(2)
  })

  it("an entry that spares nothing is found", () => {
    expect(unusedAllowances([file("a.ts", "// Nothing.")], [entry])).toEqual([
      'tools/prose/words.ts: a.ts no longer says "you are told"; remove it from the allow-list',
    ])
    expect(unusedAllowances([file("a.ts", "// you are told")], [entry])).toEqual([])
  })
})

describe("the numbers that may only fall", () => {
  it("a folder passes with as many as it may have, and fails with one more", () => {
    const findings = ["packages/state/src/a.ts:1: x", "packages/state/src/a.ts:2: y"]
    expect(beyond(findings, { "packages/state": 2 })).toEqual([])
    expect(beyond(findings, { "packages/state": 1 })).toEqual([
      ...findings,
      "packages/state has 2 rejected words, and may have 1",
    ])
    expect(beyond(findings, {})).toHaveLength(3)
  })

  it("a file counts for its package, its app or the top folder", () => {
    expect(
      [
        "packages/sinks/file/src/a.ts",
        "packages/state/README.md",
        "apps/pipe/src/a.ts",
        "docs/decisions/1.md",
        "README.md",
      ].map(folderOf),
    )
      .toEqual(["packages/sinks/file", "packages/state", "apps/pipe", "docs", "."])
  })
})

describe("the spelling", () => {
  it("names a word that is wrong, once, with its first place, and what is not American", () => {
    expect(misspelledIn([
      file("a.md", "A sportsbook.\nIt recieves a line, and recieves it.\n"),
      file("src/b.ts", "/** Its behaviour. */\nexport const recieved = 'a recieved line'\n"),
      file("src/c.ts", "// A xqzt.\n"),
    ])).toEqual([
      'a.md:2: "recieves" is unknown to the spelling check. Say: receives',
      'src/b.ts:1: "behaviour" is unknown to the spelling check. Say: behavior',
      'src/b.ts:2: "recieved" is unknown to the spelling check. Say: received',
      'src/c.ts:1: "xqzt" is unknown to the spelling check. Correct it, or add it to tools/prose/words.txt',
    ])
  })

  it("passes what a test quotes, and reads the name of the test", () => {
    expect(misspelledIn([
      file("test/a.test.ts", 'it("recieves", () => parse("emit: chnagesx or so"))\nit("recieves it", () => {})\n'),
    ])).toEqual([
      'test/a.test.ts:2: "recieves" is unknown to the spelling check. Say: receives',
    ])
  })
})
