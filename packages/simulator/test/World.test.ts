import { createHash } from "node:crypto"
import {
  type DataMessage,
  decodeFrame,
  type FeedMessage,
  type InitialState,
  parseLine,
  parseStartsAt,
} from "@boltodds/protocol"
import { exampleGames, World, type WorldOptions } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import { defaultWeights, type WorldEvent } from "../src/world/WorldOptions.ts"

const noon = Date.UTC(2026, 6, 16, 12)

const history = (options: WorldOptions, messages: number): ReadonlyArray<FeedMessage> => {
  const world = new World(options)
  const happened: Array<FeedMessage> = [...world.initial(noon)]
  while (happened.length < messages) happened.push(...world.step(noon + happened.length))
  return happened
}

const only = (event: WorldEvent): Record<WorldEvent, number> => {
  const none = Object.fromEntries(Object.keys(defaultWeights).map((name) => [name, 0])) as Record<WorldEvent, number>
  return { ...none, [event]: 1 }
}

const initial = (options: WorldOptions = {}): ReadonlyArray<InitialState> => new World(options).initial(noon)

const games = (book: string): ReadonlyArray<InitialState> => initial().filter(({ data }) => data.sportsbook === book)

const outcomes = (messages: ReadonlyArray<DataMessage>) =>
  messages.flatMap(({ data }) => Object.entries(data.outcomes).map(([key, outcome]) => Object.assign({ key }, outcome)))

describe("World", () => {
  it("says the same for the same seed, byte for byte", () => {
    const text = (): string => JSON.stringify(history({ seed: 42 }, 5_000))
    expect(text()).toBe(text())
  })

  it("says what it always said for seed 1", () => {
    const hash = createHash("sha256").update(JSON.stringify(history({ seed: 1 }, 5_000))).digest("hex")
    expect(hash).toBe("fd77ed976a83f08d6d3908bfbfa60e8bb98fb4a9bfc62f674b02b4e9a5662944")
  })

  it("stamps the messages of one sportsbook in their order, and sportsbooks in no common order", () => {
    const last = new Map<string, string>()
    let [messages, behind, latest] = [0, 0, ""]
    for (const { timestamp, data } of history({ seed: 4 }, 3_000) as ReadonlyArray<DataMessage>) {
      expect(timestamp! >= (last.get(data.sportsbook) ?? "")).toBe(true)
      last.set(data.sportsbook, timestamp!)
      messages++
      if (timestamp! < latest) behind++
      else latest = timestamp!
    }
    expect([messages >= 3_000, behind > 50]).toEqual([true, true])
  })

  it("writes the JSON of each message as JSON.stringify would", () => {
    const world = new World({ seed: 12, weights: { book_clear: 100, sport_clear: 100, suspend: 20_000 } })
    const wrong = Array.from({ length: 5_000 }, () => world.tell(noon)).flat()
      .filter(({ message, text }) => text !== JSON.stringify(message))
    expect(wrong).toEqual([])
  })

  it("says other things for another seed", () => {
    expect(JSON.stringify(history({ seed: 1 }, 600))).not.toBe(JSON.stringify(history({ seed: 2 }, 600)))
  })

  it("holds the two games of the vendor's example at the sportsbooks that it names", () => {
    for (const book of ["draftkings", "betmgm"]) {
      expect(games(book).map(({ data }) => data.game)).toEqual(expect.arrayContaining([...exampleGames]))
    }
  })

  it("never takes the example's games away for good", () => {
    const world = new World({ seed: 9, games: 6, weights: { remove: 20_000, replace: 20_000, book_clear: 2_000 } })
    const seen = new Set<string>()
    for (let step = 0; step < 4_000; step++) {
      for (const message of world.step(noon)) {
        if (step > 3_000 && message.action === "line_update") seen.add(message.data.game)
      }
    }
    expect([...seen]).toEqual(expect.arrayContaining([...exampleGames]))
  })

  it("sends nothing that a decoder has to refuse", () => {
    const items = history({ seed: 7 }, 5_000).flatMap((message) => decodeFrame(JSON.stringify(message)))
    expect(items.length).toBeGreaterThanOrEqual(5_000)
    expect(items.filter((item) => item._tag !== "Message" || item.rejected.length > 0)).toEqual([])
  })

  it("has every kind of event", () => {
    const world = new World({ seed: 3, weights: { sport_clear: 600, book_clear: 400 } })
    const actions = new Set<string>()
    for (let step = 0; step < 5_000; step++) for (const { action } of world.step(noon)) actions.add(action)
    expect([...actions].toSorted()).toEqual([
      "book_clear",
      "game_added",
      "game_removed",
      "game_update",
      "line_update",
      "sport_clear",
    ])
  })

  it("does one thing only where the weights say so", () => {
    const world = new World({ weights: only("game_update") })
    for (let step = 0; step < 500; step++) {
      const messages = world.step(noon)
      expect(messages[0]?.action).toBe("game_update")
      expect(messages.every(({ action }) => action === "game_update" || action === "line_update")).toBe(true)
    }
  })

  it("moves both sides of a market, one up and one down", () => {
    const world = new World({ seed: 11, weights: only("move"), sportsbooks: ["draftkings"], sports: ["MLB"] })
    const message = world.step(noon)[0] as DataMessage
    expect(message.action).toBe("line_update")
    expect(Object.keys(message.data.outcomes).length).toBeGreaterThanOrEqual(2)
  })

  it("keeps prices plausible: a margin on every two-way market, moves that are small", () => {
    const probability = (odds: number): number => odds < 0 ? -odds / (100 - odds) : 100 / (100 + odds)
    let widest = 0
    for (const { data } of games("fanduel")) {
      const moneyline = Object.values(data.outcomes).filter((outcome) => outcome.outcome_name === "Moneyline")
      if (moneyline.length !== 2) continue
      const sum = moneyline.reduce((total, { odds }) => total + probability(Number(odds)), 0)
      expect(sum).toBeGreaterThan(1.02)
      expect(sum).toBeLessThan(1.08)
      widest = Math.max(widest, sum)
    }
    expect(widest).toBeGreaterThan(0)
  })

  it("suspends with null or an empty text, without a link, and resumes", () => {
    const world = new World({ seed: 5, weights: { ...only("suspend"), resume: 1 } })
    const odds = new Set<unknown>()
    for (let step = 0; step < 2_000; step++) {
      for (const message of world.step(noon) as ReadonlyArray<DataMessage>) {
        for (const outcome of Object.values(message.data.outcomes)) {
          const suspended = outcome.odds === null || outcome.odds === ""
          if (suspended) expect(outcome.link).toBe("")
          odds.add(suspended ? outcome.odds : "priced")
        }
      }
    }
    expect(odds).toEqual(new Set([null, "", "priced"]))
  })

  it("repeats a line in the same millisecond after many game updates", () => {
    const world = new World({ weights: only("game_update") })
    const pairs = Array.from({ length: 300 }, () => world.step(noon))
      .filter((messages) => messages.length === 2 && messages[1]!.action === "line_update")
    expect(pairs.length).toBeGreaterThan(100)
    for (const pair of pairs) {
      const [full, line] = pair as ReadonlyArray<DataMessage> as [DataMessage, DataMessage]
      expect([full.action, line.action]).toEqual(["game_update", "line_update"])
      expect(full.data.outcomes).toMatchObject(line.data.outcomes)
    }
  })

  it("clears a book, sends empty objects with it, and brings its games back", () => {
    const world = new World({ weights: only("book_clear"), sportsbooks: ["draftkings"] })
    const clear = world.step(noon)[0]!
    expect(clear).toMatchObject({
      action: "book_clear",
      data: { sport: {}, sportsbook: "draftkings", game: {}, home_team: {}, away_team: {}, info: {}, outcomes: {} },
    })
    const actions = Array.from({ length: 100 }, () => world.step(noon)[0]!.action)
    expect(actions).toContain("game_update")
  })

  it("ends a game at every sportsbook, and puts a new one in its place", () => {
    const world = new World({ seed: 2, games: 5, weights: only("replace") })
    const before = new Set(world.initial(noon).map(({ data }) => data.game))
    const ended = world.step(noon) as ReadonlyArray<DataMessage>
    expect(new Set(ended.map(({ action }) => action))).toEqual(new Set(["game_removed"]))
    expect(new Set(ended.map(({ data }) => data.game)).size).toBeLessThanOrEqual(2)
    const shown = new Set<string>()
    for (let step = 0; step < 200; step++) {
      for (const message of world.step(noon) as ReadonlyArray<DataMessage>) {
        if (message.action !== "game_removed") shown.add(message.data.game)
      }
    }
    expect([...shown].some((game) => !before.has(game))).toBe(true)
  })

  it("plays a doubleheader: only the ends of the keys differ", () => {
    const keys = new Set(
      initial().map(({ data }) => data.game).filter((game) => game.startsWith("Boston Red Sox vs Tampa")),
    )
    expect(keys.size).toBe(2)
    const [first, second] = [...keys].map((key) => key.slice(0, key.lastIndexOf(",")))
    expect(first).toBe(second)
  })

  it("ends keys with hex digits, start hours, or both kinds", () => {
    const ends = (gameKeys: "hex" | "hour" | "mixed"): Set<string> =>
      new Set(
        initial({ gameKeys, games: 60 }).filter(({ data }) => !data.game.includes("2025-07-"))
          .map(({ data }) => /, [0-9a-f]{12}$/.test(data.game) ? "hex" : /, \d{2}$/.test(data.game) ? "hour" : "?"),
      )
    expect(ends("hex")).toEqual(new Set(["hex"]))
    expect(ends("mixed")).toEqual(new Set(["hex", "hour"]))
    expect([...ends("hour")]).toContain("hour")
  })

  it("has distinct keys for distinct games", () => {
    const sides = new Map<string, string>()
    for (const { data } of initial({ games: 120, gameKeys: "hour" })) {
      const id = String(data.universal_game_id)
      expect(sides.get(data.game) ?? id).toBe(id)
      sides.set(data.game, id)
    }
  })

  it("refuses names it does not know, and says which it knows", () => {
    expect(() => new World({ sportsbooks: ["draftking"] })).toThrow(
      /knows no sportsbook "draftking"; it knows: draftkings, fanduel/,
    )
    expect(() => new World({ games: 0 })).toThrow("Cannot make a world as games must be a whole number from 1")
    expect(() => new World({ date: "today" })).toThrow("current value is today")
  })
})

describe("the quirks of its sportsbooks", () => {
  it("mixes text and numbers across the two sides of a pair (neobet)", () => {
    const spreads = outcomes(games("neobet")).filter(({ outcome_name }) => outcome_name === "Spread")
    expect(new Set(spreads.map(({ outcome_line }) => typeof outcome_line))).toEqual(new Set(["string", "number"]))
  })

  it("writes alternate spreads with a comma, in the key too (betmgm)", () => {
    const commas = outcomes(games("betmgm")).filter(({ outcome_line }) => String(outcome_line).includes(","))
    expect(commas.length).toBeGreaterThan(0)
    for (const { key, outcome_line, outcome_name } of commas) {
      expect(outcome_name).toMatch(/Spread|Handicap/)
      expect(key).toContain(` ${outcome_line} `)
      expect(parseLine(outcome_line)).not.toBeNull()
    }
  })

  it("leaves the line of main spreads out, while the key has it (caesars)", () => {
    const mains = outcomes(games("caesars")).filter(({ outcome_name, outcome_line }) =>
      outcome_name === "Spread" && outcome_line === null
    )
    expect(mains.length).toBeGreaterThan(0)
    for (const { key } of mains) expect(key).toMatch(/ -?\d+\.5 Spread$/)
  })

  it("says O and U on totals, Over and Under on props, in the same message", () => {
    const { data } = games("draftkings").find(({ data }) => data.sport === "MLB")!
    const words = (name: string) =>
      new Set(
        Object.values(data.outcomes).filter((one) => one.outcome_name === name).map((one) => one.outcome_over_under),
      )
    expect(words("Total")).toEqual(new Set(["O", "U"]))
    expect(words("Strikeouts")).toEqual(new Set(["Over", "Under"]))
    expect(words("Moneyline")).toEqual(new Set([null]))
  })

  it("puts a team's name into the key of a game total, its target null; some sportsbooks do not", () => {
    const totals = (book: string) =>
      outcomes(games(book)).filter(({ outcome_name }) => outcome_name?.startsWith("Total"))
    expect(totals("fanduel").every(({ outcome_target }) => outcome_target === null)).toBe(true)
    expect(totals("fanduel").some(({ key }) => /^[A-Z].* [OU] \d/.test(key))).toBe(true)
    expect(totals("bovada").some(({ key }) => /^[OU] \d+(\.\d+)? Total/.test(key))).toBe(true)
  })

  it("sends no links from exchanges, and prices up to 99900", () => {
    for (const book of ["kalshi", "polymarket", "prophetx"]) {
      expect(outcomes(games(book)).every(({ link }) => link === "")).toBe(true)
    }
    const all = outcomes(initial()).map(({ odds }) => Math.abs(Number(odds)))
    expect(Math.min(...all)).toBeGreaterThanOrEqual(100)
    expect(Math.max(...all)).toBeLessThanOrEqual(99_900)
  })

  it("writes odds as signed whole numbers, even money as +100", () => {
    const all = outcomes(history({ seed: 4 }, 5_000).filter((message) => "data" in message) as Array<DataMessage>)
    const prices = all.map(({ odds }) => odds).filter((odds) => odds !== null && odds !== "")
    expect(prices.every((odds) => /^[+-][1-9]\d{2,4}$/.test(String(odds)))).toBe(true)
    expect(prices).toContain("+100")
    expect(prices).not.toContain("-100")
  })

  it("carries the book's id as a number, as text, as game_id, or not at all", () => {
    const info = (book: string) => games(book)[0]!.data.info!
    expect(typeof info("pinnacle")["id"]).toBe("number")
    expect(typeof info("betmgm")["id"]).toBe("string")
    expect(info("draftkings")).toMatchObject({ game_id: expect.stringMatching(/^\d+$/) })
    expect(info("draftkings")).not.toHaveProperty("id")
    expect(info("neobet")).not.toHaveProperty("id")
    expect(info("neobet")).not.toHaveProperty("game_id")
  })

  it("starts every game a minute later at fanduel", () => {
    const when = (book: string) => games(book).find(({ data }) => data.game === exampleGames[0])!.data.info!["when"]
    expect(when("betmgm")).toBe("2025-07-07, 09:45 PM")
    expect(when("fanduel")).toBe("2025-07-07, 09:46 PM")
  })

  it("uses the sportsbook's own spelling if it has one", () => {
    const info = games("draftkings").find(({ data }) => data.game === exampleGames[0])!.data.info!
    expect(info["orig_teams"]).toBe("SAN Francisco Giants vs PHI Phillies")
  })

  it("names home and away the other way round at some sportsbooks, in soccer and fighting only", () => {
    const sidesOf = (book: string) => new Map(games(book).map(({ data }) => [data.game, data]))
    const flipped = sidesOf("pinnacle").get("Bragantino vs Corinthians, 2025-07-13, 06")!
    expect([flipped.home_team, flipped.away_team]).toEqual(["Bragantino", "Corinthians"])
    expect(sidesOf("pinnacle").has(exampleGames[0])).toBe(true)
  })

  it("gives clones the same prices at all times (bodog and bovada)", () => {
    const books = new Map<string, Record<string, unknown>>([["bodog", {}], ["bovada", {}]])
    for (const message of history({ seed: 6, weights: { book_clear: 0 } }, 5_000)) {
      if (!("data" in message) || !message.data) continue
      const data = message.data as DataMessage["data"]
      const book = books.get(data.sportsbook)
      if (book === undefined || typeof data.game !== "string") continue
      for (const [key, { odds }] of Object.entries(data.outcomes)) book[`${data.game}|${key}`] = odds
    }
    expect(Object.keys(books.get("bodog")!).length).toBeGreaterThan(100)
    expect(books.get("bovada")).toEqual(books.get("bodog"))
  })
})

describe("A living world", () => {
  const minute = 60_000
  // 16:00 in New York, in winter.
  const now = Date.UTC(2026, 10, 29, 21)

  /** What happens in so many minutes of real time, `perMinute` steps in each. */
  const live = (options: WorldOptions, minutes: number, perMinute = 20) => {
    const world = new World({ now, seed: 3, games: 12, weights: only("move"), ...options })
    const happened: Array<{ readonly at: number; readonly message: DataMessage }> = []
    const tell = (at: number, messages: ReadonlyArray<FeedMessage>): void => {
      for (const message of messages) happened.push({ at, message: message as DataMessage })
    }
    tell(0, world.initial(now))
    for (let at = 1; at <= minutes * perMinute; at++) {
      tell(at / perMinute, world.step(now + at * minute / perMinute))
    }
    return happened
  }

  /** Minutes from the beginning to the start of a message's game, as its `when` says it. */
  const startOf = ({ data }: DataMessage): number =>
    (Date.parse(parseStartsAt((data.info as { readonly when: string }).when)!) - now) / minute

  it("says the same for the same seed, beginning and steps, byte for byte", () => {
    const text = (seed: number): string => JSON.stringify(live({ seed }, 240))
    expect(text(5)).toBe(text(5))
    expect(text(5)).not.toBe(text(6))
  })

  it("has games that are in play, about to start, and later, the vendor's example among them", () => {
    const starts = live({ games: 60 }, 0).map(({ message }) => startOf(message))
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(-126)
    expect(Math.max(...starts)).toBeLessThan(28 * 60)
    expect(starts.some((start) => start < 0)).toBe(true)
    expect(starts.some((start) => start >= 0 && start <= 16)).toBe(true)
    expect(starts.some((start) => start > 120)).toBe(true)
    for (const { message } of live({}, 0)) {
      if (exampleGames.includes(message.data.game)) expect(Math.abs(startOf(message))).toBeLessThan(10 * 60)
      else expect(message.data.game).toMatch(/, 2026-11-(29|30), /)
    }
  })

  it("ends each game at all sportsbooks two to three hours after its start, and another takes its place", () => {
    const happened = live({}, 12 * 60)
    const shown = new Map<string, Set<string>>()
    const starts = new Map<string, number>()
    const gone = new Map<string, number>()
    for (const { at, message } of happened) {
      const { game, sportsbook } = message.data
      if (message.action === "game_removed") {
        shown.get(game)!.delete(sportsbook)
        gone.set(game, at)
        continue
      }
      shown.set(game, (shown.get(game) ?? new Set()).add(sportsbook))
      starts.set(game, startOf(message))
    }
    expect(gone.size).toBeGreaterThan(10)
    for (const [game, at] of gone) {
      expect([...shown.get(game)!], game).toEqual([])
      expect(at - starts.get(game)!, game).toBeGreaterThanOrEqual(128)
      expect(at - starts.get(game)!, game).toBeLessThanOrEqual(172)
    }
    for (const game of exampleGames) expect(gone.has(game)).toBe(false)
    const open = [...shown].filter(([, books]) => books.size > 0).map(([game]) => starts.get(game)!)
    expect(open.length).toBeGreaterThanOrEqual(11)
    expect(Math.max(...open)).toBeGreaterThan(12 * 60)
    expect(Math.min(...open)).toBeGreaterThan(12 * 60 - 175)
  })

  it("sends a start with the markets that stay, and puts off an example's game that is over", () => {
    const happened = live({ sports: ["MLB"], games: 3 }, 20 * 60)
    const game = exampleGames[0]
    const full = happened.filter(({ message }) => message.data.game === game && message.action !== "line_update")
    const book = full[0]!.message.data.sportsbook
    const ofBook = full.filter(({ message }) => message.data.sportsbook === book)
    expect(new Set(ofBook.map(({ message }) => startOf(message))).size).toBeGreaterThan(2)
    for (const { at, message } of ofBook.slice(1)) {
      // It has started just now, or it is put off: its start lies ahead.
      expect(at - startOf(message)).toBeLessThanOrEqual(1)
    }
    const lines = ofBook.map(({ message }) => Object.keys(message.data.outcomes).length)
    expect(Math.min(...lines)).toBeLessThan(Math.max(...lines))
  })

  it("moves games in play more often than later ones", () => {
    const counts = { running: 0, other: 0 }
    const games = { running: new Set<string>(), other: new Set<string>() }
    for (const { message } of live({ games: 40, sports: ["NBA", "MLB", "EPL"] }, 3, 600)) {
      const key = startOf(message) < -1 ? "running" : "other"
      games[key].add(message.data.game)
      if (message.action === "line_update" && !exampleGames.includes(message.data.game)) counts[key]++
    }
    expect(counts.running / games.running.size).toBeGreaterThan(1.5 * counts.other / games.other.size)
  })

  it("runs faster on request, with timestamps of the real clock", () => {
    const happened = live({ timeSpeed: 60 }, 12, 300)
    expect(happened.filter(({ message }) => message.action === "game_removed").length).toBeGreaterThan(10)
    for (const { at, message } of happened) {
      const stamped = (Date.parse(message.timestamp!) - now) / minute
      expect(Math.abs(stamped - at)).toBeLessThan(0.01)
    }
    expect(Math.max(...happened.map(({ message }) => startOf(message)))).toBeGreaterThan(12 * 60)
  })

  it("stands still on a fixed date, whatever the time", () => {
    const fixed = (options: WorldOptions) =>
      JSON.stringify(live({ date: "2026-07-16", now: undefined, ...options }, 240))
    expect(fixed({ now, timeSpeed: 60 })).toBe(fixed({}))
    expect(fixed({})).not.toContain("game_removed")
  })

  it("knows summer time, and the doubleheader of tomorrow where today's is over", () => {
    const summer = Date.UTC(2026, 6, 16, 14) // 10:00 in New York
    const dates = (begins: number) =>
      new Set(
        new World({ now: begins, sports: ["MLB"], games: 3 }).initial(begins)
          .flatMap(({ data }) =>
            data.game.startsWith("Boston Red Sox vs Tampa Bay Rays")
              ? [String((data.info as { when: string }).when)]
              : []
          ),
      )
    expect([...dates(summer)].some((when) => when === "2026-07-16, 01:35 PM")).toBe(true)
    expect([...dates(now)].every((when) => when.startsWith("2026-11-30"))).toBe(true)
  })

  it("refuses a date that is no day, and an invalid speed", () => {
    for (const date of ["2026-02-30", "2026-13-01", "16.07.2026", "2026-7-16"]) {
      expect(() => new World({ date }), date).toThrow(`date must be a day such as 2026-07-16: current value is ${date}`)
    }
    for (const timeSpeed of [0, -1, Number.NaN, Infinity]) {
      expect(() => new World({ timeSpeed })).toThrow("timeSpeed must be above 0")
    }
  })
})
