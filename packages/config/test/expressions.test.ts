import * as Effect from "effect/Effect"
import { beforeAll, describe, expect, it } from "vitest"
import { emitNamed } from "./emits.ts"
import { checkExpression } from "../src/internal/cel/checkExpression.ts"
import { compile } from "../src/internal/cel/compile.ts"
import { fieldsOf } from "../src/internal/cel/fields.ts"
import { loadPatterns } from "../src/internal/cel/patterns.ts"
import { treeOf } from "../src/internal/treeOf.ts"

beforeAll(() => Effect.runPromise(loadPatterns(treeOf("matches"))))

const line = {
  run: "R",
  seq: 7,
  change: "line_moved",
  cause: "feed",
  sport: "NBA",
  sportsbook: "draftkings",
  game: "Lakers vs Celtics, 2026-01-01, 01",
  home_team: "Lakers",
  away_team: "Celtics",
  outcome: "Lakers Moneyline",
  market: "Moneyline",
  target_kind: "home",
  side: null,
  line: null,
  odds: 150,
  previous_odds: -110,
}
const suspended = { ...line, change: "line_suspended", odds: null, market: null }

const evaluate = (text: string, record: unknown = line, emit: "changes" | "messages" | "quotes" = "changes") => {
  const failures: Array<string> = []
  const compiled = compile(text, emitNamed(emit), (why) => failures.push(why))
  return { value: compiled.evaluate(record), unknown: compiled.unknown(), failed: compiled.failed(), failures }
}
const valueOf = (text: string, record: unknown = line): unknown => evaluate(text, record).value

describe("an expression", () => {
  it("mixes whole numbers and others, as JSON does", () => {
    for (
      const text of [
        "odds >= 150",
        "odds == 150",
        "150 == odds",
        "odds == 150.0",
        "odds != 151",
        "odds in [110, 150]",
        "odds + 1 == 151.0",
        "1 + odds > 150",
        "odds * 2 - 1 == 299.0",
        "odds / 4 == 37.5",
        "odds % 50 == 0",
        "-odds < 0",
        "odds - previous_odds == 260",
        "decimal(odds) == 2.5",
        "probability(previous_odds) > 0.52 && probability(-110) < 0.53",
        "home_team.startsWith('Lak') && game.contains(home_team)",
        "sport in ['NBA', 'NHL'] ? odds > 100 : false",
        "!late && !delayed && !partial",
      ]
    ) expect([text, checkExpression(text, emitNamed("changes"), "predicate"), valueOf(text)]).toEqual([text, [], true])
  })

  it.each([
    ['game.matches("(")', '"("', 'the pattern "(": missing closing )'],
    ['odds > 1 && !game.matches("a" + "[")', '"a" + "["', 'the pattern "a[": missing closing ]'],
    ['[1].exists(x, game.matches("*"))', '"*"', 'the pattern "*": missing argument to repetition operator'],
    ["odds > 1 / 0", "1 / 0", "it fails for every record: division by zero"],
    ["[1].exists(x, x > 1 / 0)", "1 / 0", "it fails for every record: division by zero"],
    ['timestamp(at) > timestamp("soon")', 'timestamp("soon")', "it fails for every record: timestamp() requires"],
    ['odds > double("x")', 'double("x")', "it fails for every record"],
  ])("is refused where a constant part of it fails: %s", (text, part, message) => {
    const found = checkExpression(text, emitNamed("changes"), "predicate")
    expect(found.map(({ start, end, isError }) => [text.slice(start, end), isError])).toEqual([[part, true]])
    expect(found[0]!.message).toContain(message)
  })

  it("has constant parts in parentheses", () => {
    for (
      const text of ["odds > (1 + 2) * 3", "odds > 3 * (1 + 2)", 'game.contains("(" + ("L")) || (odds > ((1 + 2) * 2))']
    ) {
      expect([text, checkExpression(text, emitNamed("changes"), "predicate"), valueOf(text)]).toEqual([text, [], true])
    }
  })

  it("takes an absent field for null, and an absent flag for false", () => {
    expect(valueOf("link == null && side == null && merged == null")).toBe(true)
    expect(valueOf("odds == null", { change: "game_opened" })).toBe(true)
    expect(valueOf("late", line)).toBe(false)
    expect(valueOf("late", { ...line, late: true })).toBe(true)
  })

  it("have no result where a null decides: neither the condition nor its opposite is true", () => {
    for (
      const text of ["odds > 100", "!(odds > 100)", "odds < 100", "odds + 1 > 0", "market.startsWith('M')", "-odds > 0"]
    ) {
      expect([text, evaluate(text, suspended)]).toEqual([text, { value: null, unknown: 1, failed: 0, failures: [] }])
    }
    expect(valueOf("odds > 100 || sport == 'NBA'", suspended)).toBe(true)
    expect(valueOf("odds > 100 && sport == 'NHL'", suspended)).toBe(false)
    expect(valueOf("odds != null && odds > 100", suspended)).toBe(false)
    expect(valueOf("odds == 0 || odds != 0", suspended)).toBe(true)
  })

  it("never throws, counts what fails otherwise, and reports the first", () => {
    const failures: Array<string> = []
    const compiled = compile("data.outcomes.x.odds == 5", emitNamed("messages"), (why) => failures.push(why))
    for (const record of [{}, { data: {} }, null, undefined, 5, "x", { data: { outcomes: { x: { odds: 5 } } } }]) {
      compiled.evaluate(record)
    }
    expect(failures).toHaveLength(1)
    expect(compiled.failed()).toBe(6)
    expect(evaluate("1 / int(line) == 0", { ...line, line: 0 }).failures).toEqual(["division by zero"])
  })

  it("gives plain values only", () => {
    expect(valueOf("7")).toBe(7)
    expect(valueOf("9007199254740993")).toBe("9007199254740993")
    expect(valueOf("7u")).toBe(7)
    expect(valueOf("1.0 / 0.0")).toBe(null)
    expect(valueOf("timestamp('2026-01-01T00:00:00Z')")).toBe("2026-01-01T00:00:00.000Z")
    expect(valueOf("duration('90s')")).toBe(90)
    expect(valueOf("b'ab'")).toBe("YWI=")
    expect(valueOf("type(1)")).toBe(null)
    expect(valueOf("{'a': [1, odds], 'b': null}")).toEqual({ a: [1, 150], b: null })
  })

  it("sees a message by its own fields, and by those of its data that everybody asks for", () => {
    const message = { action: "line_update", timestamp: "t", data: { sport: "NBA", info: { id: 7 }, outcomes: {} } }
    const told = (text: string) => evaluate(text, message, "messages").value
    expect(told("action == 'line_update' && sport == 'NBA' && data.info.id == 7")).toBe(true)
    expect(told("sportsbook == null && has(data.info) && !has(data.link)")).toBe(true)
    expect(evaluate("sport == null", { action: "ping" }, "messages").value).toBe(true)
  })

  it("can name every field that a record has", () => {
    expect(Object.keys(fieldsOf(emitNamed("changes")))).toContain("line_derived")
    expect(fieldsOf(emitNamed("raw"))).toEqual({})
    for (const emit of ["changes", "quotes", "messages"] as const) {
      for (const name of Object.keys(fieldsOf(emitNamed(emit)))) {
        expect([
          name,
          checkExpression(`${name} == null`, emitNamed(emit), "predicate").filter(({ isError }) => isError),
        ]).toEqual([
          name,
          [],
        ])
        expect([name, evaluate(name, {}, emit).failed]).toEqual([name, 0])
      }
    }
  })

  it("is refused where its types do not fit, before any record comes", () => {
    const refused = (text: string, wants: "predicate" | "formula" = "predicate"): string =>
      checkExpression(text, emitNamed("changes"), wants).map(({ start, end, message }) => `${start}-${end} ${message}`)
        .join()
    expect(refused("sport == 5")).toBe("0-10 Cannot use this expression: no such overload: string == int")
    expect(refused("sport && odds > 1")).toMatch(/^0-17 .*requires bool operands, got 'string'/)
    expect(refused("abs(odds) > 1")).toMatch(/found no matching overload for 'abs\(number\)'/)
    expect(refused("'a' + odds")).toMatch(/no such overload: string \+ number/)
    expect(refused("")).toMatch(/it is empty/)
    expect(refused("x".repeat(10_001))).toMatch(/too long/)
    expect(refused("(".repeat(5_000))).toMatch(/Cannot use this expression/)
    expect(refused("home_team + ' v ' + away_team", "formula")).toBe("")
  })
})
