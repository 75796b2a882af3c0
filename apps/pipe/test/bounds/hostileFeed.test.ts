/** A feed without measure: the command stays alive with a small heap, and says what it left out. */
import { type Change, type Control, emptyBook, fold } from "@boltodds/protocol"
import { LineSplitter } from "@boltodds/text"
import { describe, expect, it } from "vitest"
import { game, type HostileFeed, hostileFeed, outcome, type Sending, withHeap } from "./HostileFeed.ts"

const serving = async <A>(sending: Sending, use: (feed: HostileFeed) => Promise<A>): Promise<A> => {
  const feed = await hostileFeed(sending)
  try {
    return await use(feed)
  } finally {
    feed.stop()
  }
}

/** Runs the command until this comes out, then ends it in peace. */
const until = (feed: HostileFeed, text: string, emit = "changes") => {
  const pipe = withHeap(128, ["--emit", emit, "--url", feed.url, "--report"])
  return Promise.race([
    pipe.next(text).then(() => {
      pipe.kill("SIGTERM")
      return pipe.ended
    }),
    pipe.ended,
  ])
}

/** Invents for ever: what the nth batch holds. */
const inventing = (batch: (from: number) => unknown, count: number): Sending => async (send) => {
  await send(game("draftkings", "G", { a: outcome() }))
  for (let from = 0; await send(batch(from)); from += count);
}

const many = <A>(count: number, make: (index: number) => A): ReadonlyArray<A> =>
  Array.from({ length: count }, (_, at) => make(at))

describe("a feed that invents", { concurrent: false }, () => {
  it.each([
    {
      what: "games",
      reason: /^limited: the book needs more than \d+ bytes/,
      batch: (from: number) => many(500, (at) => game("draftkings", `Game ${from + at}`, { a: outcome() })),
      count: 500,
    },
    {
      what: "games by line updates",
      reason: /^limited: the book needs more than \d+ bytes/,
      batch: (from: number) =>
        many(500, (at) => game("draftkings", `Game ${from + at}`, { a: outcome() }, "line_update")),
      count: 500,
    },
    {
      what: "sportsbooks",
      reason: /^limited: more than 500 sportsbooks/,
      batch: (from: number) => many(500, (at) => game(`book ${from + at}`, "G", { a: outcome() })),
      count: 500,
    },
    {
      what: "outcomes",
      reason: /^limited: more than 20000 outcomes of a game/,
      batch: (from: number) =>
        game("draftkings", "G", Object.fromEntries(many(2000, (at) => [`o ${from + at}`, outcome()])), "line_update"),
      count: 2000,
    },
    {
      what: "names of a megabyte",
      reason: /^limited: a name of more than 1000 characters/,
      batch: (from: number) => game("draftkings", `${"x".repeat(1_000_000)}${from}`, { a: outcome() }),
      count: 1,
    },
  ])("$what leaves the command alive, with a record and a line in the log", async ({ reason, batch, count }) => {
    const { code, stdout, stderr } = await serving(
      inventing(batch, count),
      (feed) => until(feed, '"reason":"limited: '),
    )
    expect(stderr).toMatch(/limited: .* unverified until (a whole message fits|one can be read)/)
    expect(stderr).toMatch(/"limited":[1-9].*"limits":\[\{"name":"\w+","bound":\d+,"count":[1-9]/)
    expect(code).toBe(0)
    const limited = stdout.split("\n").find((line) => line.includes('"reason":"limited: '))
    expect(JSON.parse(limited!)).toMatchObject({
      reason: expect.stringMatching(reason) as string,
      limit: { name: expect.any(String) as string, bound: Number(/\d+/.exec(limited!.split('"reason"')[1]!)![0]) },
    })
  })
})

describe("one large frame", { concurrent: false }, () => {
  it.each([
    {
      what: "20 MiB of empty objects in one message",
      frame: () => `{"action":"x","data":[${"{},".repeat(7_000_000)}{}]}`,
    },
    { what: "a message of 60 MiB", frame: () => `{"action":"x","data":"${"x".repeat(60 * 1024 * 1024)}"}` },
  ])("$what is quarantined, recorded, and outlived", async ({ frame }) => {
    const sending: Sending = async (send) => {
      await send(game("draftkings", "G", { a: outcome() }))
      await send(frame())
      await send(game("draftkings", "After", { a: outcome() }))
    }
    const changes = await serving(sending, (feed) => until(feed, '"game":"After"'))
    expect(changes.code).toBe(0)
    expect(changes.stdout).toMatch(/"reason":"limited: a message of more than .*"touches":"session"/)
    expect(changes.stderr).toContain("limited: a message of more than")
    const raw = await serving(sending, (feed) => until(feed, "After", "raw"))
    expect(raw.code).toBe(0)
  })

  const garbage = (unit: string) => unit.repeat(Math.floor(24_000_000 / unit.length))
  const list = (unit: string) => `[${garbage(unit).slice(0, -1)}]`
  const real = (name: string) =>
    many(
      40,
      (nth) =>
        JSON.stringify(
          game("draftkings", `${name} ${nth}`, Object.fromEntries(many(100, (at) => [`o${at}`, outcome()]))),
        ),
    )
      .join(",")

  it.each([
    { what: "empty objects", name: "frame_others", frame: () => list("{},") },
    { what: "words that are not JSON", name: "frame_others", frame: () => list("x,") },
    { what: "objects in a row", name: "frame_others", frame: () => garbage("{}") },
    { what: "objects that are not JSON", name: "frame_others", frame: () => list("{x},") },
    {
      what: "messages that name a sportsbook",
      name: "frame_messages",
      frame: () => list('{"a":"sportsbook","sportsbook":"b"},'),
    },
    {
      what: "real data and empty objects",
      name: "frame_others",
      frame: () => `[${real("Before")},${list("{},").slice(1)}`,
    },
    { what: "empty objects and real data", name: "frame_others", frame: () => `[${garbage("{},")}${real("Behind")}]` },
  ])("of 24 MB of $what is read as far as a bound, and the rest of it is unverified", async ({ what, name, frame }) => {
    const { code, stdout, stderr } = await serving(async (send) => {
      await send(game("draftkings", "G", { a: outcome() }))
      await send(frame())
      await send(game("draftkings", "After", { a: outcome() }))
    }, (feed) => until(feed, '"game":"After"'))
    expect(code).toBe(0)
    const records = stdout.trim().split("\n").map((line) => JSON.parse(line) as Change | Control)
    expect(records.filter((record) => "limit" in record)).toMatchObject([{ touches: "session", limit: { name } }])
    expect(stderr).toMatch(new RegExp(`"limits":\\[\\{"name":"${name}","bound":\\d+,"count":1`))
    const lines = records.filter((record) => "change" in record && record.change === "line_opened")
    const inFrame = lines.filter((record) => "game" in record && /^(?:Before|Behind) /.test(record.game ?? ""))
    expect(inFrame).toHaveLength(what === "real data and empty objects" ? 4_000 : 0)
    const afterAt = records.findIndex((record) => "game" in record && record.game === "After")
    const book = fold(emptyBook, records.slice(0, afterAt))
    expect([...book.games.values()].flatMap((of) => [...of.lines.values()]).some((line) => line.verified)).toBe(false)
  })

  it("of 60 MiB, the first burst, ends in the exact book at a heap of 512 MiB", async () => {
    const odds = (at: number) => `+${101 + at % 900}`
    // Longer links than those of real sportsbooks: fewer lines to read.
    const link = `https://sportsbook.example/event/home-at-away/34397588?outcomes=${"0".repeat(600)}`
    const games = 640
    const lines = 120
    const burst = JSON.stringify(
      many(games, (nth) =>
        game(
          "draftkings",
          `G ${nth}`,
          Object.fromEntries(many(lines, (at) => [`o${at}`, outcome(odds(nth + at), link)])),
        )),
    )
    expect(burst.length).toBeGreaterThan(60_000_000)
    const { book, code } = await serving(async (send) => {
      await send(burst)
      await send(game("draftkings", "After", { a: outcome() }))
    }, async (feed) => {
      const pipe = withHeap(512, ["--emit", "changes", "--url", feed.url], { read: false })
      const splitter = new LineSplitter()
      let book = emptyBook
      pipe.child.stdout!.on("data", (chunk: Buffer) => {
        const records = [...splitter.push(chunk)].map((line) => JSON.parse(line) as Change | Control)
        book = fold(book, records)
        if (records.some((record) => "outcome" in record && record.game === "After")) pipe.kill("SIGTERM")
      })
      const { code } = await pipe.ended
      return { book, code }
    })
    expect(code).toBe(0)
    expect(book.games.size).toBe(games + 1)
    for (const { game, lines: known } of book.games.values()) {
      if (game === "After") continue
      const nth = Number(game.slice(2))
      expect([...known.values()].map((line) => line.odds)).toEqual(many(lines, (at) => Number(odds(nth + at))))
    }
  })
})
