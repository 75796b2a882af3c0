/** Options that a program without types gets wrong, and a session that nobody listens to. */
import { connect, DialError, keyOf, makeSession, type SessionOptions } from "@boltodds/connection"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { afterEach, describe, expect, vi } from "vitest"
import { fakeFeed } from "@boltodds/testing/FakeFeed"

afterEach(() => {
  vi.restoreAllMocks()
})

const key = "test-key-12345"
const given = (options: object): () => unknown => () => connect({ key, ...options } as Parameters<typeof connect>[0])

describe("connect", () => {
  const filters: ReadonlyArray<readonly [unknown, string]> = [
    [{ sport: ["NBA"] }, 'Unknown filter "sport". Did you mean "sports"?'],
    [{ book: ["fanduel"] }, 'Unknown filter "book". Did you mean "sportsbooks"?'],
    [{ sportsboks: ["fanduel"] }, 'Unknown filter "sportsboks". Did you mean "sportsbooks"?'],
    [{ Sports: ["NBA"] }, 'Unknown filter "Sports". Did you mean "sports"?'],
    [{ qqq: [] }, 'Unknown filter "qqq". Known: sports, sportsbooks, games, markets'],
    [
      { sports: "NBA" },
      'Cannot use the filter "sports": expected an array of names, got the text "NBA". Write sports: ["NBA"]',
    ],
    [{ sports: null }, 'Cannot use the filter "sports": expected an array of names, got null'],
    [
      { sports: { NBA: true } },
      'Cannot use the filter "sports": expected an array of names, got a value of type object',
    ],
    [{ sports: new Set(["NBA"]) }, "got a value of type object"],
    [{ games: ["a", 7] }, 'Cannot use the filter "games": expected a name at [1], got 7'],
    [{ games: ["a", undefined] }, "expected a name at [1], got a value of type undefined"],
    [{ games: [" "] }, 'expected a name at [0], got the text " "'],
    [["NBA"], "expected an object, got an array"],
    ["NBA", 'expected an object, got the text "NBA"'],
    [null, "expected an object, got null"],
  ]
  for (const [value, said] of filters) {
    it(`throws on the filters ${JSON.stringify(value)}`, () => {
      expect(given({ filters: value })).toThrow(TypeError)
      expect(given({ filters: value })).toThrow(said)
    })
  }

  const options: ReadonlyArray<readonly [object, string]> = [
    [{ filter: { sports: ["NBA"] } }, 'Unknown option "filter". Did you mean "filters"?'],
    [{ sports: ["NBA"] }, 'Unknown option "sports". Known: key, '],
    [{ onstatus: () => {} }, 'Unknown option "onstatus". Did you mean "onStatus"?'],
    [{ apiKey: "abc" }, 'Unknown option "apiKey". Did you mean "key"?'],
    [
      { url: new URL("wss://feed.example") },
      'Cannot use the option "url": expected a text, got a value of type object',
    ],
    [{ insecure: "yes" }, 'Cannot use the option "insecure": expected true or false, got the text "yes"'],
    [{ maxAttempts: Number.NaN }, 'Cannot use the option "maxAttempts": expected a number above 0, got NaN'],
    [{ maxAttempts: "3" }, 'expected a number above 0, got the text "3"'],
    [{ bufferBytes: 0 }, "expected a number above 0, got 0"],
    [{ onStatus: "log" }, "expected a function"],
    [
      { key: 12345 },
      'Cannot use the option "key": expected a text or a source such as keyFromFile(path), got a value of',
    ],
  ]
  for (const [value, said] of options) {
    it(`throws on ${Object.keys(value)[0]}: ${said.slice(0, 40)}`, () => {
      expect(given(value)).toThrow(TypeError)
      expect(given(value)).toThrow(said)
      expect(given(value)).not.toThrow("12345")
    })
  }

  it("treats undefined as not given", async () => {
    const names = [
      "url",
      "insecure",
      "name",
      "maxAttempts",
      "bufferBytes",
      "limits",
      "onStatus",
      "onWarning",
      "transport",
    ]
    const all = Object.fromEntries(names.map((name) => [name, undefined]))
    const feed = connect({ key, ...all, filters: { sports: undefined, games: ["A vs B"] } })
    expect(feed.status()).toEqual({ _tag: "Idle" })
    await expect(feed.setFilters({ sports: "NBA" } as never)).rejects.toThrow("expected an array of names")
    await expect(feed.setFilters({ leagues: [] } as never)).rejects.toThrow('Did you mean "sports"?')
  })
})

/** Runs a session that cannot connect for this long. */
const mute = (options: Partial<SessionOptions>, causes: ReadonlyArray<string> = ["ECONNREFUSED"]) =>
  Effect.gen(function* () {
    let dials = 0
    const feed = fakeFeed(() =>
      new DialError("network", `Cannot reach feed.example:1: ${causes[dials++ % causes.length]}`)
    )
    const session = yield* makeSession({
      key: keyOf(key),
      transport: feed.transport,
      url: "wss://feed.example:1/api",
      ...options,
    })
    const fiber = yield* Effect.forkChild(Stream.runDrain(session.events))
    yield* TestClock.adjust("3 minutes")
    yield* Fiber.interrupt(fiber)
    return dials
  })

describe("a session that cannot connect", () => {
  it.effect("warns once for each cause without any callback", () =>
    Effect.gen(function* () {
      const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
      expect(yield* mute({}, ["ECONNREFUSED", "ENOTFOUND"])).toBeGreaterThan(3)
      const said = warn.mock.calls.map(([text]) => String(text)).filter((text) => text.includes("Cannot reach"))
      expect(said).toEqual([
        "boltodds: no connection to feed.example:1: Cannot reach feed.example:1: ECONNREFUSED. Trying again",
        "boltodds: no connection to feed.example:1: Cannot reach feed.example:1: ENOTFOUND. Trying again",
      ])
    }))

  it.effect("warns with onWarning, and not if that is false or onStatus is given", () =>
    Effect.gen(function* () {
      const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
      const warnings: Array<string> = []
      yield* mute({ onWarning: (message) => warnings.push(message), onStatus: () => {} })
      expect(warnings.filter((text) => text.includes("ECONNREFUSED")).length).toBe(1)
      yield* mute({ onWarning: false })
      yield* mute({ onStatus: () => {} })
      expect(warn).not.toHaveBeenCalled()
    }))
})
