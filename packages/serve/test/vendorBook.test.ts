/** What clients of the vendor's protocol hold: never a game that is not verified, and all of them once they are. */
import { type BatchItem, FeedBook } from "@boltodds/feed-server"
import { changes, messages } from "@boltodds/pipeline"
import {
  americanOdds,
  type Book,
  type Change,
  type Control,
  emptyBook,
  type FeedMessage,
  fold,
  isLive,
} from "@boltodds/protocol"
import { make, thaw } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { clear, message, outcome, Script } from "../../state/test/events.ts"
import { scenario } from "../../state/test/scenario.ts"
import { type OnGap, VendorBook } from "../src/vendor/VendorBook.ts"

// More, and from elsewhere: LAW_RUNS=3000 LAW_SEED=1 vitest run packages/serve/test/vendorBook
const runs = Number(process.env["LAW_RUNS"] ?? 60)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)

const run = "01J00000000000000000000000"

/** A book, a client that applies what it is sent, and the book of a reader of changes. */
const lab = (onGap: OnGap = "clear") => {
  const draft = thaw(make({ run }))
  const state = { run }
  const [wire, records] = [messages({ games: true }).open({ state }), changes().open({ state })]
  const client = new FeedBook()
  const sent: Array<FeedMessage> = []
  let closed = 0
  const book = new VendorBook({
    onGap,
    now: () => 0,
    close: () => {
      closed += 1
    },
    send: (items: ReadonlyArray<BatchItem>) => {
      for (const { message } of items) {
        if (message === undefined) continue
        sent.push(message)
        client.apply(message)
      }
    },
  })
  let truth: Book = emptyBook
  return {
    client,
    book,
    feed: (events: Script["events"]): void => {
      const steps = draft.apply(events)
      truth = fold(truth, records.of(steps).map(({ value }) => value as Change | Control))
      book.take(wire.of(steps))
    },
    truth: () => truth,
    /** A lane reports that it lost everything. */
    lose: (): void => {
      const stamp = {
        run,
        seq: 1,
        session: "main",
        epoch: 1,
        at: "2026-07-16T00:00:00.000Z",
        sent_at: null,
        frame: null,
      }
      const lost = { lane: "api", reason: "overflow", count: 1, first_seq: 1, last_seq: 1, last: true } as const
      book.take([wire.control!({ control: "dropped", ...stamp, ...lost } as Control)])
    },
    closed: () => closed,
    /** What was sent since the last call: action, sportsbook, game. */
    sent: () =>
      sent.splice(0).map(({ action, data }: FeedMessage & { data?: unknown }) => {
        const { sportsbook, game } = data as { readonly sportsbook: string; readonly game: unknown }
        return [action, sportsbook, ...typeof game === "string" ? [game] : []].join(" ")
      }),
  }
}

const script = () => {
  const { feed, ...rest } = lab()
  return { ...rest, ...written(feed) }
}

const written = (feed: (events: Script["events"]) => void) => {
  const script = new Script()
  let from = 0
  return {
    script,
    play: (): void => {
      feed(script.events.slice(from))
      from = script.events.length
    },
  }
}

const begin = (script: Script): Script =>
  script.connect().frame(
    message("initial_state", "betmgm", "g1", { A: outcome("-110") }),
    message("initial_state", "betmgm", "g2", { B: outcome("-120") }),
    message("initial_state", "fanduel", "g1", { A: outcome("+105") }),
  )

describe("a gap", () => {
  it("clears each sportsbook, and gives each game back once it is verified", () => {
    const { script: written, play, sent, client, book } = script()
    begin(written)
    play()
    expect(sent()).toEqual(["initial_state betmgm g1", "initial_state betmgm g2", "initial_state fanduel g1"])
    written.disconnect()
    play()
    expect(sent()).toEqual(["book_clear betmgm", "book_clear fanduel"])
    expect(client.size).toBe(0)
    // An update of one line says nothing of the other lines of its game.
    written.wait(1_000).connect().frame(message("line_update", "betmgm", "g1", { C: outcome("+300") }))
    play()
    expect(sent()).toEqual([])
    written.frame(message("initial_state", "betmgm", "g1", { A: outcome("-130") }))
    written.frame(message("line_update", "betmgm", "g1", { A: outcome("-135") }))
    play()
    expect(sent()).toEqual(["initial_state betmgm g1", "line_update betmgm g1"])
    expect(client.priced()).toEqual({ "betmgm|g1|A": "-135" })
    expect(book.served.priced()).toEqual(client.priced())
    written.frame(message("initial_state", "fanduel", "g1", { A: outcome("+105") }))
    play()
    // The snapshot has settled without g2.
    for (let tick = 0; tick < 30; tick++) written.wait(1_000).tick()
    play()
    expect(client.priced()).toEqual({ "betmgm|g1|A": "-135", "fanduel|g1|A": "+105" })
    written.frame(clear("betmgm"))
    play()
    expect(client.priced()).toEqual({ "fanduel|g1|A": "+105" })
  })

  it("closes the connections where that is wanted, once for all sportsbooks", () => {
    const { feed, closed, sent, book } = lab("close")
    const { script, play } = written(feed)
    begin(script)
    play()
    sent()
    script.disconnect()
    play()
    expect([closed(), sent(), book.served.size]).toEqual([1, [], 0])
  })

  it("changes nothing where prices are to stay", () => {
    const { feed, closed, sent, client } = lab("keep")
    const { script, play } = written(feed)
    begin(script)
    play()
    sent()
    script.disconnect()
    script.wait(1_000).connect().frame(message("line_update", "betmgm", "g1", { A: outcome("+300") }))
    play()
    expect([closed(), sent()]).toEqual([0, ["line_update betmgm g1"]])
    expect(client.size).toBe(3)
  })
})

describe("silence", () => {
  it("takes all games away, and sends them again when the feed is there", () => {
    const { script: written, play, sent, client } = script()
    begin(written)
    play()
    const before = client.priced()
    sent()
    written.wait(30_000).silent()
    play()
    expect(sent()).toEqual(["book_clear betmgm", "book_clear fanduel"])
    written.heard()
    play()
    expect(client.priced()).toEqual(before)
  })
})

describe("a loss on the way here", () => {
  it("takes all games away, and each comes back with its next full message", () => {
    const { script: written, play, sent, client, lose } = script()
    begin(written)
    play()
    sent()
    lose()
    expect(sent()).toEqual(["book_clear betmgm", "book_clear fanduel"])
    written.frame(message("line_update", "betmgm", "g1", { A: outcome("-140") }))
    play()
    expect(sent()).toEqual([])
    written.frame(message("game_update", "betmgm", "g1", { A: outcome("-150") }))
    written.frame(message("line_update", "betmgm", "g1", { A: outcome("-155") }))
    play()
    expect(sent()).toEqual(["initial_state betmgm g1", "line_update betmgm g1"])
    expect(client.priced()).toEqual({ "betmgm|g1|A": "-155" })
  })
})

describe("a message that is not understood", () => {
  it("takes away what it may have changed, and leaves the rest", () => {
    const { script: written, play, sent, client } = script()
    begin(written)
    play()
    sent()
    written.frame(message("surprise", "betmgm", "g1", {}))
    play()
    expect(sent()).toEqual(["game_removed betmgm g1"])
    expect(Object.keys(client.priced())).toEqual(["betmgm|g2|B", "fanduel|g1|A"])
  })
})

describe("a client of the vendor's protocol", () => {
  it("never holds a game of which a line is not live, whatever the feed does, and holds what is served", () => {
    let seen = 0
    let prices = 0
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
      const { feed, client, truth, book } = lab()
      const { events } = scenario(seed)
      for (let from = 0; from < events.length; from += 3) {
        feed(events.slice(from, from + 3))
        expect(client.priced(), `seed ${seed}`).toEqual(book.served.priced())
        const now = truth()
        for (const { sportsbook, game, outcomes } of client.entries()) {
          seen += 1
          const at = `seed ${seed}, event ${from}: ${sportsbook} ${game}`
          const known = now.games.get(`${sportsbook}\u0000${game}`)
          expect(known, at).toBeDefined()
          const lines = [...known!.lines.values()]
          expect(lines.filter((line) => !isLive(now, known!, line)), at).toEqual([])
          for (const [outcome, { odds: raw }] of outcomes) {
            const line = known!.lines.get(outcome)
            const odds = americanOdds(raw)
            // Outcomes of markets that were not asked for are passed on as the feed sends them: the README says so.
            if (line === undefined || odds === null || Number.isNaN(odds)) continue
            expect([outcome, odds], at).toEqual([outcome, line.odds])
            prices += 1
          }
        }
      }
    }
    expect(seen).toBeGreaterThan(runs)
    expect(prices).toBeGreaterThan(seen)
  }, 240_000 + runs * 1_000)
})
