import {
  type Book,
  type Change,
  type Control,
  emptyBook,
  type FeedEvent,
  fold,
  isLive,
  makeFrame,
} from "@boltodds/protocol"
import { apply, book, bookSize, make, resume, type State, type Step, stop, whyNotActionable } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { coreOf } from "../src/State.ts"
import { clear, message, outcome, Script } from "./events.ts"
import { generator } from "./random.ts"
import { type Scenario, scenario } from "./scenario.ts"
import { brief } from "./reduce.ts"

// More, and from elsewhere: LAW_RUNS=10000 LAW_SEED=1 vitest run packages/state/test/resume
const runs = Number(process.env["LAW_RUNS"] ?? 100)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)

type Records = ReadonlyArray<Change | Control>
const recordsOf = (steps: ReadonlyArray<Step>): Records => steps.flatMap((step) => step.records)
const optionsOf = (run: number) => ({ run: `01J0000000000000000000000${run}` })

const forSeeds = (law: (life: Scenario, random: () => number) => void): void => {
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    try {
      law(scenario(seed), generator(seed ^ 0x5eed))
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }
}

/** The events that a process receives which starts at an index: of each session from its next connection on. */
const fromNewConnections = (events: ReadonlyArray<FeedEvent>, from: number): ReadonlyArray<FeedEvent | undefined> => {
  const connected = new Set<string>()
  return events.map((event, index) => {
    if (index < from) return undefined
    if (event._tag === "Connected") connected.add(event.session)
    return connected.has(event.session) ? event : undefined
  })
}

const renamed = (event: FeedEvent, session: string): FeedEvent =>
  event._tag === "Frame" ? makeFrame(session, event.epoch, event.at, event.raw) : { ...event, session }

interface Lives {
  readonly folded: Book
  /** What the reader believed live that was not, or that the server did not quote: sentences. */
  readonly wrong: ReadonlyArray<string>
  readonly believed: number
  readonly resumed: number
}

/**
 * One life of a feed in several runs, each of which resumes from what the reader has: at each of these places a process
 * is killed and another started, which receives each session from its next connection on.
 */
const inRuns = (
  { events, moments }: Scenario,
  cuts: ReadonlyArray<number>,
  nameOf: (session: string, run: number) => string,
): Lives => {
  const wrong: Array<string> = []
  let believed = 0
  let folded: Book = emptyBook
  let state: State = make(optionsOf(0))
  let run = 0
  let resumed = 0
  let heard: ReadonlyArray<FeedEvent | undefined> = events
  const views = new Map<string, string>()
  let given = 0
  const take = (until: number): void => {
    const some = heard.slice(given, until).flatMap((event) =>
      event === undefined ? [] : renamed(event, nameOf(event.session, run))
    )
    for (const event of heard) if (event !== undefined) views.set(nameOf(event.session, run), event.session)
    given = until
    const next = apply(state, some)
    state = next.state
    folded = fold(folded, recordsOf(next.steps))
    expect(folded, `run ${run}, ${given} events`).toEqual(book(state))
  }
  for (const moment of moments) {
    for (const cut of cuts.filter((cut) => cut >= given && cut < moment.events)) {
      take(cut)
      if (folded.run === undefined) continue
      run++
      resumed++
      // As every session begins: with the time.
      const { session, at } = events[cut]!
      const first = apply(resume(folded, optionsOf(run)), [{ _tag: "Tick", session, epoch: 0, at, wall: at }])
      state = first.state
      folded = fold(folded, recordsOf(first.steps))
      heard = fromNewConnections(events, cut)
    }
    take(moment.events)
    for (const game of folded.games.values()) {
      for (const line of game.lines.values()) {
        if (line.odds === null || !isLive(folded, game, line)) continue
        believed++
        const view = moment.views.get(views.get(game.session)!)!
        const truth = view.truth.get(`${game.sportsbook}|${game.game}`)?.get(line.outcome)
        if (view.connected && line.odds === truth) continue
        wrong.push(
          `${game.session}: ${game.sportsbook}|${game.game}|${line.outcome}, ${given} events: ${line.odds}, not ${truth}`,
        )
      }
    }
  }
  return { folded, wrong, believed, resumed }
}

const pricesOf = (lines: Iterable<readonly [string, number | null]>) =>
  Object.fromEntries([...lines].sort(([a], [b]) => a < b ? -1 : 1))

/** What was sent, whatever was known of it before: without stamps, and what only the server's times decide. */
const essence = (records: Records, known: ReadonlySet<string>): ReadonlyArray<unknown> =>
  records.flatMap((record): ReadonlyArray<unknown> => {
    if ("change" in record) {
      const { run: _, seq: _s, epoch: _e, at: _a, frame: _f, last: _l, delayed: _d, ...rest } = record
      // A session of which the book holds nothing has no gap.
      return [{ ...rest, late: undefined, ...known.has(record.session) ? {} : { cause: undefined } }]
    }
    return record.control === "game_verified" ? [[record.sportsbook, record.game, record.lines, record.changed]] : []
  })

describe("the laws of resuming", { timeout: 240_000 + runs * 500 }, () => {
  it("a reader over any number of runs has their book, and never believes live what is not", () => {
    let believed = 0
    let resumed = 0
    let settled = 0
    forSeeds((life, random) => {
      const cuts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => Math.floor(random() * life.events.length))
        .sort((a, b) => a - b)
      const lives = inRuns(life, cuts, (session) => session)
      expect(lives.wrong).toEqual([])
      believed += lives.believed
      resumed += lives.resumed
      const isHeard = fromNewConnections(life.events, cuts.at(-1)!).some((event) => event !== undefined)
      if (life.settled === undefined || !isHeard) return
      // Where the last run received a whole snapshot of every session, its book is the server's.
      const connected = new Set(
        life.events.slice(cuts.at(-1)!).flatMap((event) => event._tag === "Connected" ? event.session : []),
      )
      if ([...new Set(life.events.map(({ session }) => session))].some((session) => !connected.has(session))) return
      settled++
      const ours = [...lives.folded.games.values()].map((game) => [
        `${game.sportsbook}|${game.game}`,
        pricesOf([...game.lines.values()].map((line) => [line.outcome, line.odds] as const)),
      ])
      expect(Object.fromEntries(ours)).toEqual(
        Object.fromEntries([...life.settled].map(([id, lines]) => [id, pricesOf(lines)])),
      )
    })
    expect(believed).toBeGreaterThan(runs * 20)
    expect(resumed).toBeGreaterThan(runs)
    expect(settled).toBeGreaterThan(runs / 50)
  })

  it("the same holds where the sessions of each run have other names", () => {
    let taken = 0
    forSeeds((life, random) => {
      const cuts = [Math.floor(random() * life.events.length)]
      const lives = inRuns(life, cuts, (session, run) => `${session}-${run}`)
      expect(lives.wrong).toEqual([])
      taken += [...lives.folded.games.values()].filter(({ session }) => session.endsWith("-1")).length
    })
    expect(taken).toBeGreaterThan(runs / 10)
  })

  it("emits what a reconnect of the old process would have emitted, and nothing more", () => {
    let changes = 0
    forSeeds((life, random) => {
      const cut = Math.floor(random() * life.events.length)
      const before = apply(make(optionsOf(0)), life.events.slice(0, cut))
      const known = fold(emptyBook, recordsOf(before.steps))
      // Of two sessions that overlap, the first to speak has a game: who that is depends on who is there.
      if (known.run === undefined || new Set(life.events.map(({ session }) => session)).size > 1) return
      const rest = fromNewConnections(life.events, cut).flatMap((event) => event ?? [])
      const lost = [...new Set(life.events.slice(0, cut).map(({ session }) => session))].map((session): FeedEvent => {
        const { epoch, at } = life.events.slice(0, cut).findLast((event) => event.session === session)!
        return { _tag: "Disconnected", session, epoch, at, reason: { kind: "network" } }
      })
      const stayed = apply(apply(before.state, lost).state, rest)
      const resumed = apply(resume(known, optionsOf(1)), rest)
      const sessions = new Set([...known.games.values()].map(({ session }) => session))
      // What is absent is closed in the order in which it is known.
      const inOrder = (steps: ReadonlyArray<Step>) =>
        essence(recordsOf(steps), sessions).map((it) => JSON.stringify(it)).sort()
      const said = inOrder(resumed.steps)
      expect(said).toEqual(inOrder(stayed.steps))
      changes += said.length
    })
    expect(changes).toBeGreaterThan(runs)
  })
})

const [one, two] = ["Home vs Away, 2026-07-16, 01", "Home vs Away, 2026-07-16, 02"] as const
const full = (sportsbook: string, game: string, odds: string) =>
  message("initial_state", sportsbook, game, { x: outcome(odds) })

/** What a reader has of a run that knew two games at two sportsbooks. */
const recorded = (session = "main"): Book => {
  const script = new Script(session)
  script.connect()
  script.frame(full("draftkings", one, "-110"), full("draftkings", two, "-120"), full("fanduel", one, "+100"))
  const { steps } = apply(make(optionsOf(0)), script.events)
  return fold(emptyBook, recordsOf(steps))
}

const later = (session = "main"): Script => new Script(session, Date.UTC(2026, 6, 16, 1))

describe("a resumed state", () => {
  it("says at once that nothing is live: stream_resumed in place of stream_started, and a gap for each session", () => {
    const script = later()
    script.tick()
    const { state, steps } = apply(resume(recorded(), { ...optionsOf(1), term: 3 }), script.events)
    expect(recordsOf(steps)).toMatchObject([
      {
        control: "stream_resumed",
        run: optionsOf(1).run,
        seq: 1,
        resumes: optionsOf(0).run,
        term: 3,
        schema_version: 1,
      },
      {
        control: "gap_opened",
        seq: 2,
        session: "main",
        reason: "restart",
        sportsbooks: ["draftkings", "fanduel"],
        games: 3,
        lines: 3,
        last: true,
      },
    ])
    expect(book(state).games.size).toBe(3)
    expect([...book(state).games.values()].every(({ verified }) => !verified)).toBe(true)
    expect(whyNotActionable(state, { sportsbook: "fanduel", game: one, outcome: "x" }, script.at)).toBe("disconnected")
  })

  it("emits only what differs, confirms the rest, and closes what is absent", () => {
    const script = later()
    script.connect()
    script.frame(full("draftkings", one, "-110"), full("draftkings", two, "-125"))
    script.wait(10_000)
    script.tick()
    const { steps } = apply(resume(recorded(), optionsOf(1)), script.events)
    expect(brief(recordsOf(steps))).toEqual([
      "stream_resumed",
      "gap_opened",
      `game_verified draftkings ${one}`,
      `line_moved draftkings ${two} x -125 (resync)`,
      `game_verified draftkings ${two}`,
      `game_closed fanduel ${one} (absent)`,
      "gap_closed complete, 1 absent",
      "synced",
    ])
  })

  it("gives the games of a session that does not come back to the one that names them", () => {
    const script = later("shard-1")
    script.connect()
    script.frame(full("draftkings", one, "-115"))
    const resumed = apply(resume(recorded("gone"), optionsOf(1)), script.events)
    expect(brief(recordsOf(resumed.steps))).toEqual([
      "stream_resumed",
      "gap_opened",
      `game_amended draftkings ${one} (resync)`,
      `line_moved draftkings ${one} x -115 (resync)`,
      `game_verified draftkings ${one}`,
    ])
    const reader = fold(recorded("gone"), recordsOf(resumed.steps))
    expect(reader.games.get(`draftkings\u0000${one}`)).toMatchObject({ session: "shard-1", verified: true })
    // A gap of the new session is one of this game too.
    const lost = new Script("shard-1", script.at, [])
    lost.epoch = 1
    lost.disconnect()
    const after = fold(reader, recordsOf(apply(resumed.state, lost.events).steps))
    expect([...after.games.values()].some(({ verified }) => verified)).toBe(false)
  })

  it("closes what the settled snapshot of another session should have held, and ends the gap of the old one", () => {
    const script = later("shard-1")
    script.connect()
    script.frame(full("draftkings", one, "-110"))
    script.wait(10_000)
    script.tick()
    const { state, steps } = apply(resume(recorded("gone"), optionsOf(1)), script.events)
    expect(brief(recordsOf(steps)).slice(4)).toEqual([
      `game_closed draftkings ${two} (absent)`,
      `game_closed fanduel ${one} (absent)`,
      "gap_closed complete, 2 absent",
      "synced",
    ])
    expect(recordsOf(steps).find((record) => "control" in record && record.control === "gap_closed")?.session).toBe(
      "gone",
    )
    expect([...book(state).games.values()].map(({ session }) => session)).toEqual(["shard-1"])
  })

  it("keeps what sessions that may yet come may name, and closes what the filters of the run exclude", () => {
    const script = later("shard-1")
    script.connect({ sportsbooks: ["draftkings"] })
    script.frame(full("draftkings", one, "-110"), full("draftkings", two, "-120"))
    script.wait(10_000)
    script.tick()
    const open = apply(resume(recorded("gone"), optionsOf(1)), script.events)
    expect([...book(open.state).games.values()].map(({ session, verified }) => [session, verified])).toContainEqual([
      "gone",
      false,
    ])
    const narrow = apply(
      resume(recorded("gone"), { ...optionsOf(1), filters: { sportsbooks: ["draftkings"] } }),
      script.events,
    )
    expect(brief(recordsOf(narrow.steps))).toContain(`game_closed fanduel ${one} (filters)`)
  })

  it("closes what a clear takes back, and keeps what came unreadably", () => {
    const script = later("shard-1")
    script.connect()
    script.frame(clear("fanduel"), full("draftkings", one, "-110"))
    script.raw(
      JSON.stringify({
        action: "initial_state",
        data: { sport: "MLB", sportsbook: "draftkings", game: two, outcomes: 7 },
      }),
    )
    script.wait(10_000)
    script.tick()
    const { state, steps } = apply(resume(recorded("gone"), optionsOf(1)), script.events)
    expect(brief(recordsOf(steps))).toContain(`game_closed fanduel ${one} (book_clear)`)
    expect([...book(state).games.values()].map(({ game, verified }) => [game, verified])).toEqual([
      [two, false],
      [one, true],
    ])
  })

  it("keeps a stale sportsbook stale until it speaks", () => {
    const known: Book = { ...recorded(), staleBooks: new Set(["main\u0000fanduel"]) }
    const script = later()
    script.connect()
    script.frame(full("fanduel", one, "+100"))
    const { state, steps } = apply(resume(known, optionsOf(1)), script.events)
    expect(brief(recordsOf(steps))).toContain("fresh fanduel")
    expect(fold(known, recordsOf(steps))).toEqual(book(state))
  })

  it("has no heartbeat before its session is back, and ends like any other", () => {
    const script = later()
    script.tick()
    script.wait(60_000)
    script.tick()
    const { state, steps } = apply(resume(recorded(), optionsOf(1)), script.events)
    expect(recordsOf(steps)).toHaveLength(2)
    expect(stop(state, script.at, "signal").records).toMatchObject([{ control: "stream_stopped", last: true }])
  })

  it("is refused for a book that no run made, that lost records, or of the same run", () => {
    expect(() => resume(emptyBook, optionsOf(1))).toThrow("no run made it")
    expect(() => resume({ ...recorded(), lossy: true }, optionsOf(1))).toThrow("records of it were lost")
    expect(() => resume(recorded(), optionsOf(0))).toThrow("as itself")
  })
})

describe("a reader of stream_resumed", () => {
  const resumedBy = (known: Book): Records => {
    const script = later()
    script.connect()
    script.frame(full("draftkings", one, "-111"))
    return recordsOf(apply(resume(known, optionsOf(1)), script.events).steps)
  }

  it("that read another run, or none, knows no book: nothing is live", () => {
    const other: Book = { ...recorded(), run: optionsOf(7).run }
    for (const known of [other, emptyBook]) {
      const reader = fold(known, resumedBy(recorded()))
      expect(reader.lossy).toBe(true)
      expect(reader.games.has(`fanduel\u0000${one}`)).toBe(false)
    }
  })

  it("that does not know the control yet still believes nothing of before", () => {
    // As the first version of fold reads: kinds it does not know are passed over.
    const older = resumedBy(recorded()).filter((record) =>
      !("control" in record && record.control === "stream_resumed")
    )
    const reader = fold(recorded(), older)
    expect(reader.games.get(`fanduel\u0000${one}`)).toMatchObject({ verified: false })
    expect(reader.games.get(`draftkings\u0000${one}`)).toMatchObject({ verified: true })
  })
})

describe("the size of a book", () => {
  it("is that of the state which goes on from it, and never more than that of the state which made it", () => {
    forSeeds((life) => {
      const { state } = apply(make(optionsOf(0)), life.events)
      const bytes = bookSize(book(state))
      expect(bytes).toBe(coreOf(resume({ ...book(state), lossy: false }, optionsOf(1))).bytes)
      expect(bytes).toBeLessThanOrEqual(coreOf(state).bytes)
    })
    expect(bookSize(emptyBook)).toBe(0)
  })
})
