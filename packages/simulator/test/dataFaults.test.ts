import type { DataMessage } from "@boltodds/protocol"
import {
  bookClear,
  duplicate,
  garbage,
  lateArrivals,
  oversize,
  reorder,
  skew,
  sportClear,
  truncate,
  unreadable,
} from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import type { Probe } from "./Probe.ts"
import { type Lab, quiet, withSimulator } from "./withSimulator.ts"

const fixed = { ...quiet, now: () => Date.UTC(2026, 6, 16, 12) }

const settled = async ({ simulator, subscribed }: Lab): Promise<Probe> => {
  const probe = await subscribed()
  await simulator.waitFor((stats) => stats.subscribed === 1)
  await probe.ping(simulator)
  return probe
}

/** The data frames after the first ping. */
const news = (probe: Probe): ReadonlyArray<string> => {
  const texts = probe.frames.map(({ data }) => data)
  return texts.slice(texts.indexOf('{"action":"ping"}') + 1).filter((text) => text !== '{"action":"ping"}')
}

const at = ({ data }: DataMessage): string => `${data.sportsbook}|${data.game}`
const parsed = (text: string): ReadonlyArray<DataMessage> => JSON.parse(text) as ReadonlyArray<DataMessage>

describe("duplicate", () => {
  it("sends every so manieth frame twice in a row", () =>
    withSimulator(quiet, async (lab) => {
      const probe = await settled(lab)
      lab.simulator.behave(duplicate({ every: 3 }))
      for (let turn = 0; turn < 6; turn++) lab.simulator.step(1)
      await probe.ping(lab.simulator)
      const frames = news(probe)
      expect(frames.length).toBe(8)
      expect([frames[3] === frames[2], frames[7] === frames[6]]).toEqual([true, true])
      expect(new Set(frames).size).toBe(6)
    }))

  it("sends single messages again later, but never after a newer message of their game", () =>
    withSimulator({ ...quiet, messagesPerFrame: 5 }, async (lab) => {
      const probe = await settled(lab)
      lab.simulator.behave(duplicate({ share: 1, what: "messages", lag: 6 }))
      for (let turn = 0; turn < 60; turn++) lab.simulator.step(5)
      await probe.ping(lab.simulator)
      const seen: Array<string> = []
      const latest = new Map<string, string>()
      let copies = 0
      let late = 0
      let before = ""
      for (const message of news(probe).flatMap(parsed)) {
        const text = JSON.stringify(message)
        if (seen.includes(text)) {
          copies++
          if (before !== text) late++
          expect(latest.get(at(message))).toBe(text)
        }
        seen.push(text)
        latest.set(at(message), text)
        before = text
      }
      expect([copies > 30, late > 10]).toEqual([true, true])
      expect(probe.book).toEqual(lab.simulator.book())
    }))
})

describe("reorder", () => {
  it.each([1, 4])(
    "shuffles bursts of %i frames between games, never within a game at a book",
    (burst) =>
      withSimulator({ ...quiet, messagesPerFrame: 20 }, async (lab) => {
        const { simulator } = lab
        const [plain, shuffled] = [await lab.subscribed(), await lab.subscribed()]
        await simulator.waitFor((stats) => stats.subscribed === 2)
        await plain.ping(simulator)
        await shuffled.until(() => shuffled.actions("ping").length === 1)
        const mixing = reorder({ burst })
        const second = simulator.connections()[1]
        const { frame } = mixing
        simulator.behave({ ...mixing, frame: (wire, one) => wire.id === second ? frame!(wire, one) : undefined })
        for (let turn = 0; turn < 20; turn++) simulator.step(100)
        await plain.ping(simulator)
        await shuffled.until(() => shuffled.actions("ping").length === 2)
        const [a, b] = [plain, shuffled].map((probe) => news(probe).flatMap(parsed))
        const perGame = (messages: ReadonlyArray<DataMessage>): Record<string, string> => {
          const games: Record<string, string> = {}
          for (const message of messages) games[at(message)] = `${games[at(message)] ?? ""}${JSON.stringify(message)}`
          return games
        }
        expect(b!.map(at)).not.toEqual(a!.map(at))
        expect(perGame(b!)).toEqual(perGame(a!))
        // In frames of the same sizes.
        expect(news(shuffled).map((text) => parsed(text).length)).toEqual(
          news(plain).map((text) => parsed(text).length),
        )
        expect(shuffled.book).toEqual(simulator.book())
      }),
  )

  it("lets a burst that never gets full go after a moment", () =>
    withSimulator(quiet, async (lab) => {
      const probe = await settled(lab)
      lab.simulator.behave(reorder({ burst: 100 }))
      lab.simulator.step(40)
      await probe.until(() => news(probe).length > 0)
      expect(probe.book).toEqual(lab.simulator.book())
    }))
})

describe("late-arrivals", () => {
  it("updates a game after its removal, stamped before it", () =>
    withSimulator(fixed, async (lab) => {
      const { simulator } = lab
      simulator.behave(lateArrivals())
      const probe = await settled(lab)
      const { sportsbook, game } = simulator.snapshot()[3]!.data
      simulator.remove(sportsbook, game)
      await probe.ping(simulator)
      const [removal, lateArrival, ...rest] = news(probe).flatMap(parsed)
      expect(rest).toEqual([])
      expect([removal, lateArrival].map((message) => [message!.action, at(message!)])).toEqual([
        ["game_removed", `${sportsbook}|${game}`],
        ["line_update", `${sportsbook}|${game}`],
      ])
      expect(Date.parse(lateArrival!.timestamp!)).toBeLessThan(Date.parse(removal!.timestamp!))
      expect(Object.keys(lateArrival!.data.outcomes).length).toBeGreaterThan(0)
      expect(Object.keys(simulator.book()).filter((key) => key.startsWith(`${sportsbook}|${game}|`))).toEqual([])
    }))

  it("updates games of a book after it cleared, and none that has come back", () =>
    withSimulator(fixed, async (lab) => {
      const { simulator } = lab
      simulator.behave(lateArrivals({ most: 4, lag: 3 }))
      const probe = await settled(lab)
      simulator.clear("draftkings")
      for (let turn = 0; turn < 30; turn++) simulator.step(3)
      await probe.ping(simulator)
      const messages = news(probe).flatMap(parsed).filter(({ data }) => data.sportsbook === "draftkings")
      const [clear] = messages
      const back = new Set<string>()
      const late = messages.filter((message) => {
        if (message.action !== "line_update") back.add(at(message))
        return !back.has(at(message))
      })
      expect([clear?.action, late.length, back.size > 4]).toEqual(["book_clear", 4, true])
      for (const { timestamp } of late) expect(Date.parse(timestamp!)).toBeLessThan(Date.parse(clear!.timestamp!))
    }))

  it("updates what a client's new filters exclude, after the answer", () =>
    withSimulator(quiet, async (lab) => {
      const { simulator } = lab
      simulator.behave(lateArrivals())
      const probe = await settled(lab)
      probe.subscribe({ sportsbooks: ["fanduel"] })
      await probe.until(() => probe.actions("subscription_updated").length === 2)
      await probe.ping(simulator)
      const answer = probe.messages.findLastIndex(({ action }) => action === "subscription_updated")
      const after = probe.messages.slice(answer + 1) as ReadonlyArray<DataMessage>
      const others = after.filter(({ action, data }) => action === "line_update" && data.sportsbook !== "fanduel")
      expect(others.length).toBe(3)
      expect(after[0]).toBe(others[0])
    }))
})

describe("truncate", () => {
  it("ends a frame's JSON in the middle, and sends its games again within this many frames", () =>
    withSimulator(quiet, async (lab) => {
      const { simulator } = lab
      const probe = await settled(lab)
      simulator.behave(truncate({ every: 1, times: 1, within: { frames: 2 } }))
      simulator.step(1)
      await probe.ping(simulator)
      const [cut] = news(probe)
      expect(() => parsed(cut!)).toThrow(SyntaxError)
      expect(probe.book).not.toEqual(simulator.book())
      simulator.step(1)
      simulator.step(1)
      await probe.ping(simulator)
      const again = parsed(news(probe)[3]!)
      expect(again.map(({ action }) => action)).toEqual(["game_update"])
      expect(cut).toContain(again[0]!.data.sportsbook)
      expect(probe.book).toEqual(simulator.book())
    }))

  it("sends a removal again as a removal, to a client with filters too, when it is switched off", () =>
    withSimulator(quiet, async ({ simulator, subscribed }) => {
      const probe = await subscribed({ sportsbooks: ["fanduel"] })
      await simulator.waitFor((stats) => stats.subscribed === 1)
      await probe.ping(simulator)
      const stop = simulator.behave(truncate({ every: 1 }))
      const { game } = simulator.snapshot({ sportsbooks: ["fanduel"] })[1]!.data
      simulator.remove("fanduel", game)
      stop()
      await probe.ping(simulator)
      expect(parsed(news(probe)[1]!)).toMatchObject([{ action: "game_removed", data: { sportsbook: "fanduel", game } }])
      expect(probe.book).toEqual(simulator.book({ sportsbooks: ["fanduel"] }))
    }))

  it("cuts the connection afterwards, or sends nothing again, if set", () =>
    withSimulator(quiet, async (lab) => {
      const probe = await settled(lab)
      const stop = lab.simulator.behave(truncate({ every: 1, times: 1, mend: "none" }))
      lab.simulator.step(1)
      stop()
      await probe.ping(lab.simulator)
      expect(probe.book).not.toEqual(lab.simulator.book())
      lab.simulator.behave(truncate({ every: 1, mend: "cut", within: { millis: 1 } }))
      lab.simulator.step(1)
      await probe.until(() => probe.closed !== undefined)
      expect(probe.closed?.code).toBe(1006)
    }))

  it("leaves frames with a clear alone: it could not be sent again", () =>
    withSimulator(quiet, async (lab) => {
      const probe = await settled(lab)
      lab.simulator.behave(truncate({ every: 1 }))
      lab.simulator.clear("betmgm", "MLB")
      await probe.ping(lab.simulator)
      expect(news(probe).flatMap(parsed)[0]).toMatchObject({
        action: "sport_clear",
        data: { sport: "MLB", sportsbook: "betmgm", game: {}, outcomes: {} },
      })
    }))
})

describe("oversize", () => {
  it.each([false, true])(
    "blows a frame up to the size that was asked for, and it says what it said (binary: %s)",
    (binary) =>
      withSimulator({ ...quiet, binary }, async (lab) => {
        const probe = await settled(lab)
        lab.simulator.behave(oversize({ every: 1, times: 1, bytes: 3_000_000 }))
        lab.simulator.step(5)
        await probe.ping(lab.simulator)
        expect(Buffer.byteLength(news(probe)[0]!)).toBe(3_000_000)
        expect(probe.frames.at(-2)?.isBinary).toBe(binary)
        expect(probe.book).toEqual(lab.simulator.book())
      }),
  )
})

describe("garbage", () => {
  it("comes in place of data, which is sent again", () =>
    withSimulator(quiet, async (lab) => {
      const probe = await settled(lab)
      const stop = lab.simulator.behave(garbage({ every: 2, replace: true }, ["nonsense"]))
      for (let turn = 0; turn < 4; turn++) lab.simulator.step(1)
      await probe.ping(lab.simulator)
      expect(news(probe).map((text) => text === "nonsense")).toEqual([false, true, false, true])
      stop()
      await probe.ping(lab.simulator)
      expect(probe.book).toEqual(lab.simulator.book())
    }))
})

describe("skew", () => {
  it("shifts all timestamps, to the microsecond, and nothing else", () =>
    withSimulator(fixed, async (lab) => {
      const { simulator } = lab
      const [plain, skewed] = [await lab.subscribed(), await lab.subscribed()]
      await simulator.waitFor((stats) => stats.subscribed === 2)
      const shifting = skew({ byMillis: -3_600_500 })
      const second = simulator.connections()[1]
      simulator.behave({
        ...shifting,
        frame: (wire, one) => wire.id === second ? shifting.frame!(wire, one) : undefined,
      })
      await plain.ping(simulator)
      await skewed.until(() => skewed.actions("ping").length === 1)
      simulator.step(30)
      await plain.ping(simulator)
      await skewed.until(() => skewed.actions("ping").length === 2)
      const [a, b] = [plain, skewed].map((probe) => news(probe).flatMap(parsed))
      const bare = ({ timestamp: _, ...rest }: DataMessage): unknown => rest
      expect(b!.map(bare)).toEqual(a!.map(bare))
      expect(a!.map(({ timestamp }, index) => Date.parse(timestamp!) - Date.parse(b![index]!.timestamp!)))
        .toEqual(a!.map(() => 3_600_500))
      expect(a!.map(({ timestamp }) => timestamp!.slice(23))).toEqual(b!.map(({ timestamp }) => timestamp!.slice(23)))
    }))
})

describe("unreadable", () => {
  it("sends an invalid price among good ones; no reader may show a price for it", () =>
    withSimulator(quiet, async (lab) => {
      const probe = await settled(lab)
      const before = Object.keys(lab.simulator.book()).length
      lab.simulator.behave(unreadable({ odds: "1.91" }))
      await probe.ping(lab.simulator)
      const [message] = news(probe).flatMap(parsed)
      const odds = Object.values(message!.data.outcomes).map((outcome) => outcome.odds)
      expect([message!.action, odds.filter((one) => one === "1.91").length, odds.length > 1]).toEqual([
        "line_update",
        1,
        true,
      ])
      expect(Object.keys(lab.simulator.book()).length).toBe(before - 1)
      expect(probe.book).toEqual(lab.simulator.book())
    }))
})

describe("clears", () => {
  it("take down sportsbooks and sports for real, and the world puts their games up again", () =>
    withSimulator(quiet, async (lab) => {
      const { simulator } = lab
      const probe = await settled(lab)
      const games = simulator.snapshot().length
      simulator.behave(bookClear({ books: 4 }))
      simulator.behave(sportClear())
      await probe.ping(simulator)
      const clears = news(probe).flatMap(parsed).map(({ action }) => action as string)
      expect(clears).toEqual(["book_clear", "book_clear", "book_clear", "book_clear", "sport_clear"])
      expect(simulator.snapshot().length).toBeLessThan(games - 10)
      expect(probe.book).toEqual(simulator.book())
      simulator.step(1000)
      await probe.ping(simulator)
      expect(simulator.snapshot().length).toBeGreaterThan(games - 5)
      expect(probe.book).toEqual(simulator.book())
    }))
})
