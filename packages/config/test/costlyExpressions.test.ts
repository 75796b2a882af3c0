import * as Effect from "effect/Effect"
import { beforeAll, describe, expect, it } from "vitest"
import type { FieldKind } from "@boltodds/config"
import { emitNamed } from "./emits.ts"
import { mostSteps } from "../src/internal/cel/budget.ts"
import { checkExpression } from "../src/internal/cel/checkExpression.ts"
import { compile } from "../src/internal/cel/compile.ts"
import { loadPatterns } from "../src/internal/cel/patterns.ts"
import { treeOf } from "../src/internal/treeOf.ts"

beforeAll(() => Effect.runPromise(loadPatterns(treeOf({ where: "matches" }))))

const outcomesOf = (count: number): ReadonlyArray<readonly [string, unknown]> =>
  Array.from({ length: count }, (_, n) => [`Outcome ${n}`, { odds: "+150", outcome_name: "Moneyline" }])

const messageOf = (count: number, data: object = {}) => ({
  action: "initial_state",
  data: { outcomes: Object.fromEntries(outcomesOf(count)), list: outcomesOf(count).map(([name]) => name), ...data },
})

/** Searching `aaa…` for `aa…baa…` takes the product of their lengths, also in V8. */
const hostile = messageOf(5_000, {
  long: "a".repeat(400_000),
  sought: `${"a".repeat(25_000)}b${"a".repeat(25_000)}`,
  digits: "1".repeat(5_000),
})

const evaluate = (text: string, record: unknown = hostile) => {
  const failures: Array<string> = []
  const compiled = compile(text, emitNamed("messages"), (why) => failures.push(why))
  return { value: compiled.evaluate(record), failures }
}

const errorsOf = (text: string, emit: "messages" | "changes" = "messages"): ReadonlyArray<string> =>
  checkExpression(text, emitNamed(emit), "formula").filter(({ isError }) => isError).map(({ message }) => message)

const nested = (depth: number, list: string): string =>
  depth === 0 ? "true" : `${list}.all(v${depth}, ${nested(depth - 1, list)})`
const listOf = (count: number): string => `[${Array.from({ length: count }, (_, n) => n).join(", ")}]`

describe("the check of an expression", () => {
  it("refuses loops that are nested more than twice, at the place of the third", () => {
    const text = `odds != null && ${nested(3, "[1, 2]")}`
    const [found] = checkExpression(text, emitNamed("changes"), "predicate")
    expect(found!.message).toBe("Cannot use this expression: its loops are nested more than 2 deep")
    expect(text.slice(found!.start, found!.end)).toBe("[1, 2].all(v1, true)")
    expect(errorsOf(nested(9, listOf(12)))).toHaveLength(1)
    expect(errorsOf(nested(3, "data.list"))).toHaveLength(1)
    expect(errorsOf("data.list.map(a, data.list.filter(b, data.list.exists_one(c, true)))")).toHaveLength(1)
    expect(errorsOf(nested(2, "data.list"))).toEqual([])
  })

  it("refuses loops with more than 10,000 turns, and takes a list of the record for 100 elements", () => {
    expect(errorsOf(nested(2, listOf(100)))).toEqual([])
    expect(errorsOf(nested(2, listOf(101)))).toEqual([
      "Cannot use this expression: its loops take 10201 turns for each record",
    ])
    expect(errorsOf(`data.list.all(a, ${listOf(101)}.all(b, true))`)[0]).toContain("take 10100 turns")
    expect(errorsOf(`(${listOf(60)} + ${listOf(60)}).map(a, a).all(a, ${listOf(100)}.all(b, true))`)[0]).toContain(
      "take 12000 turns",
    )
  })

  it("takes loops one after the other, and fields named like macros, for what they are", () => {
    expect(errorsOf("data.list.filter(a, a != 'x').map(a, a + '!').filter(a, a != 'y').exists(a, a == 'z')")).toEqual(
      [],
    )
    expect(errorsOf("data.all.map.filter == 1")).toEqual([])
  })

  it("refuses a pattern of the record: the feed must not choose it", () => {
    const message = "Cannot use this pattern: it is not the same for every record"
    expect(errorsOf("game.matches(sport)", "changes")).toEqual([message])
    expect(errorsOf("matches(game, sport)", "changes")).toEqual([message])
    expect(errorsOf('game.matches("a" + sport)', "changes")).toEqual([message])
    expect(errorsOf("['a'].exists(p, game.matches(p))", "changes")).toEqual([message])
    expect(errorsOf("game.linearMatches(sport)", "changes")[0]).toContain("no matching overload")
  })

  it("says what patterns of RE2 do not have, and refuses the largest", () => {
    const found = checkExpression('game.matches("a(?=b)")', emitNamed("changes"), "predicate")
    expect(found[0]!.message).toContain('the pattern "a(?=b)": invalid or unsupported Perl syntax')
    expect(found[0]!.remedy).toContain("no look-ahead, look-behind or back-references")
    expect(checkExpression('game.matches("(a)\\\\1")', emitNamed("changes"), "predicate")[0]!.remedy).toContain(
      "back-references",
    )
    expect(errorsOf('game.matches("((a{20}){20}){20}")', "changes")).toHaveLength(1)
    expect(errorsOf(`game.matches("${"(a{900})".repeat(3)}")`, "changes")[0]).toContain("make it too large")
    expect(errorsOf(`game.matches("${"a".repeat(1_001)}")`, "changes")[0]).toContain("more than 1000 characters")
  })

  it("refuses more than fifty patterns: each is compiled while it checks", () => {
    const patterns = (count: number) =>
      Array.from({ length: count }, (_, n) => `game.matches("a{${900 - n}}")`).join("||")
    expect(errorsOf(patterns(51), "changes")).toEqual([
      "Cannot use this expression: it has more than 50 patterns",
    ])
    expect(errorsOf(Array.from({ length: 50 }, () => `game.matches("a")`).join("||"), "changes")).toEqual([])
  })

  it("ends where a constant part would take for ever", () => {
    expect(errorsOf(`duration("${"1".repeat(9_000)}") > duration("1s")`)[0]).toContain(`more than ${mostSteps} steps`)
  })
})

describe("a pattern", () => {
  it("takes linear time, whatever it is and whatever the feed sends", () => {
    const text = "a".repeat(50_000)
    for (const pattern of ["^([a-zA-Z]+ ?)+$", "^(a+)+$", "(a|a)*b", "(a|aa)+$", "^(.*a){8}$"]) {
      const expression = `data.long.matches("${pattern}")`
      const found = evaluate(expression, { data: { long: `${text}!` } })
      // It is answered, or refused before it begins.
      expect([pattern, found.failures.length === 0 ? typeof found.value : found.failures[0]!.slice(0, 13)]).toEqual([
        pattern,
        found.failures.length === 0 ? "boolean" : "it takes more",
      ])
    }
    expect(evaluate('data.long.matches("^([a-zA-Z]+ ?)+$")', { data: { long: `${"a".repeat(2_000)}!` } })).toEqual({
      value: false,
      failures: [],
    })
  })

  it("is RE2's: it searches, and counts characters, not halves of them", () => {
    const ofGame = (pattern: string, game: unknown) => evaluate(`game.matches("${pattern}")`, { data: { game } }).value
    expect(ofGame("Lakers", "LA Lakers v Celtics")).toBe(true)
    expect(ofGame("^Lakers", "LA Lakers v Celtics")).toBe(false)
    expect(ofGame("(?i)^la", "LA Lakers")).toBe(true)
    expect(ofGame("^.$", "\u{1f3c0}")).toBe(true)
    expect(ofGame("\\\\d+$", "game 01")).toBe(true)
    expect(ofGame("x", null)).toBe(null)
    expect(evaluate('matches(game, "^L")', { data: { game: "Lakers" } }).value).toBe(true)
  })
})

describe("an evaluation", () => {
  it("loops over the outcomes of a large game", () => {
    const found = '&& data.outcomes[k].outcome_name == "Moneyline"'
    expect(evaluate(`data.outcomes.exists(k, data.outcomes[k].odds == "+151" ${found})`, messageOf(1_000))).toEqual({
      value: false,
      failures: [],
    })
    expect(evaluate('data.outcomes.exists(k, k.matches("9{3}$"))', messageOf(1_000)).value).toBe(true)
    expect(evaluate("data.list.exists(a, data.list.exists(b, a == b + 'x'))", messageOf(50)).value).toBe(false)
  })

  it("gives a part of the record whole, however large", () => {
    const message = messageOf(30_000)
    expect(evaluate("data.outcomes", message)).toEqual({ value: message.data.outcomes, failures: [] })
  })

  it.each([
    ["a loop in a loop", "data.list.exists(a, data.list.exists(b, a == b + 'x'))"],
    ["a loop in a loop, ended at once", "data.outcomes.all(a, data.outcomes.exists(b, true))"],
    ["an operand that is searched", "data.list.exists(a, (a + '!') in data.list)"],
    ["lists that are compared", "data.list.all(a, data.list == data.list.map(b, b))"],
    ["maps that are compared", "data.list.all(a, data.outcomes == {'x': 1} || true)"],
    ["maps whose keys are listed", "data.list.all(a, data.outcomes.size() > 1)"],
    ["errors that exists() goes on after", "data.list.exists(a, data.outcomes[a].none == 1)"],
    ["errors that || goes on after", "data.list.exists(a, data.outcomes[a].none == 1 || false)"],
    ["clocks of other zones", `data.list.exists(a, timestamp("2026-01-01T00:00:00Z").getHours("Asia/Tokyo") == 99)`],
    ["patterns", `data.list.exists(a, data.long.matches("b"))`],
    ["a text searched for another", "data.long.contains(data.sought)"],
    ["a text searched from its end", "data.long.lastIndexOf(data.sought) > 0"],
    ["a text split at another", "data.long.split(data.sought)"],
    ["texts that are joined", "data.list.map(a, data.long).join(data.long)"],
    ["characters that become texts", `data.long.split("").map(a, data.long).join("").size()`],
    ["a duration of many digits", "duration(data.digits)"],
    ["texts that double", `[data.long]${".map(a, a + a)".repeat(40)}[0].size()`],
    ["lists that double", `[[1]]${".map(a, a + a)".repeat(40)}`],
    ["lists of lists, written out", `[[1]]${".map(a, [a, a])".repeat(40)}`],
    ["names for doubled texts", `cel.bind(a, data.long, ${"cel.bind(a, a + a, ".repeat(40)}a.size()${")".repeat(41)}`],
    [
      "names for doubled lists, compared",
      `cel.bind(a, [1], cel.bind(b, [1], ${"cel.bind(a, [a, a], cel.bind(b, [b, b], ".repeat(30)}a == b${
        "))".repeat(31)
      }`,
    ],
    ["a record written many times", `[${"data, ".repeat(900)}1]`],
  ])("ends, and fails, where it would cost more than its record is long: %s", (_, text) => {
    expect(errorsOf(text)).toEqual([])
    const { value, failures } = evaluate(text)
    expect(value).toBe(null)
    expect(failures).toEqual([
      `it takes more than ${mostSteps} steps for this record. Compare less, or loop over a shorter list`,
    ])
  })

  it.each([
    ["maps compared", "data == data", "&&"],
    ["maps in lists compared", "[data] == [data]", "&&"],
    ["keys of a map counted", "data.outcomes.size() > 0", "&&"],
    ["keys of a map counted by a call", "size(data.outcomes) > 0", "&&"],
    ["elements looked for in a list", "'x' in data.list", "||"],
    ["characters counted", "data.long.size() > 0", "&&"],
    ["texts cut apart", "data.long.split('a').size() > 0", "&&"],
    ["texts made small", "data.long.lowerAscii().size() > 0", "&&"],
    ["bytes made of texts", "bytes(data.long).size() < 0", "||"],
    ["numbers made of texts", "double(data.long) < 0.0", "||"],
    ["texts compared", "data.long < data.long + 'a'", "&&"],
    ["types", "type(data) == type(data)", "&&"],
    ["lists put together", "(data.list + data.list).size() < 0", "||"],
    ["keys that are not there", "data.none == 1", "||"],
  ])("ends, and fails, where many parts without a loop look through its record: %s", (_, part, joint) => {
    const most = Math.floor(9_900 / (part.length + joint.length))
    const text = Array.from({ length: most }, () => part).join(joint)
    expect(errorsOf(text)).toEqual([])
    const { value, failures } = evaluate(text)
    expect(value).toBe(null)
    expect(failures[0]).toContain(`it takes more than ${mostSteps} steps for this record`)
  })

  it("holds a few parts that look through the whole of a large record, and hundreds that compare a field", () => {
    const few = ["data.outcomes.size() == 5000", "'Outcome 1' in data.list", "data.outcomes == data.outcomes"]
    expect(evaluate(few.join(" && "))).toEqual({ value: true, failures: [] })
    const many = Array.from({ length: 300 }, (_, n) => `data.game == "Game ${n}"`).join(" || ")
    expect(evaluate(many, messageOf(5_000, { game: "Game 299" }))).toEqual({ value: true, failures: [] })
  })

  it("counts nothing in a few dozen parts that look through the short texts of a change", () => {
    const condition = Array.from({ length: 20 }, (_, n) => `game.contains("Team ${n}")`).join(" || ")
    expect(compile(condition, emitNamed("changes"), () => {}).mayTakeLong).toBe(false)
    expect(compile(condition, emitNamed("messages"), () => {}).mayTakeLong).toBe(true)
  })

  it("gives the same for a record whatever came before it", () => {
    const failures: Array<string> = []
    const { evaluate, failed } = compile("data.list.all(a, a.size() > data.least)", emitNamed("messages"), (why) => {
      failures.push(why)
    })
    const values = Array.from({ length: 3 }, () => [
      evaluate(messageOf(100, { least: 1 })),
      evaluate(messageOf(50_000, { least: 1 })),
      evaluate(messageOf(100, { least: 9 })),
    ])
    expect(values).toEqual([[true, null, false], [true, null, false], [true, null, false]])
    expect([failures.length, failed()]).toEqual([1, 3])
  })

  it("takes the same steps the first time as later, although the library chooses its ways in the first", () => {
    const fresh = () => compile("data.list.all(a, a != 'x')", emitNamed("messages"), () => {})
    const listing = (count: number) => ({ data: { list: Array.from({ length: count }, () => "y") } })
    let [fits, fails] = [1, mostSteps]
    while (fails - fits > 1) {
      const middle = (fits + fails) >> 1
      if (fresh().evaluate(listing(middle)) === null) fails = middle
      else fits = middle
    }
    const used = fresh()
    expect([1, fits, fails, fits].map((count) => used.evaluate(listing(count)))).toEqual([true, true, null, true])
  })

  it("are counted for each emit whose fields may be large, unless it says that they are small", () => {
    const terms = Array.from({ length: 40 }, (_, n) => `a == [${n}] + a`).join(" || ")
    const mayTakeLong = (kind: FieldKind): boolean =>
      compile(terms, { name: "mine", fields: { a: kind } }, () => {}).mayTakeLong
    expect((["any", { kind: "any", inside: "data" }] as const).map(mayTakeLong)).toEqual([true, true])
    expect(mayTakeLong("pair")).toBe(false)
  })
})
