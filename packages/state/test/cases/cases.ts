/**
 * The cases for readers in other languages, packages/protocol/cases: records, and the book after them. Their records are
 * those of the reducer, or a lane's; the book after each step is what `fold` makes of them.
 */
import { type Book, type Change, type Control, emptyBook, fold, isLive, type StreamRecord } from "@boltodds/protocol"
import { make, snapshot, thaw } from "@boltodds/state"
import { clear, message, outcome, Script } from "../events.ts"
import { scenario } from "../scenario.ts"

/** Records that arrive together, and what is known after them. */
interface CaseStep {
  readonly records: ReadonlyArray<object>
  readonly book: CaseBook
}

interface CaseBook {
  readonly run: string | null
  readonly lossy: boolean
  readonly stale_sessions: ReadonlyArray<string>
  readonly stale_sportsbooks: ReadonlyArray<{ readonly session: string; readonly sportsbook: string }>
  readonly games: ReadonlyArray<object>
}

/** One file. */
export interface Case {
  readonly name: string
  readonly about: string
  readonly steps: ReadonlyArray<CaseStep>
}

const run = "01J00000000000000000000000"
const game = "A vs B, 2026-07-16, 01"
const other = "C vs D, 2026-07-16, 02"

const full = (odds: string | null, sportsbook = "betmgm", name = game, sport = "MLB"): unknown =>
  message(
    "initial_state",
    sportsbook,
    name,
    { Home: outcome(odds), Away: outcome("+100", { outcome_target: "Away" }) },
    {
      sport,
    },
  )
const update = (odds: unknown, sportsbook = "betmgm", name = game): unknown =>
  message("line_update", sportsbook, name, { Home: outcome(odds as string) })

/** The records of a script, one list for each event that gives any. */
const recordsOf = (script: Script, options: { readonly run?: string; readonly stop?: boolean } = {}) => {
  const draft = thaw(make({ run: options.run ?? run, filters: {} }))
  const lists = draft.apply(script.events).map(({ records }) => records)
  return [...lists, options.stop === true ? draft.stop(script.at, "source ended") : []].filter(({ length }) =>
    length > 0
  )
}

const booked = (book: Book): CaseBook => ({
  run: book.run ?? null,
  lossy: book.lossy,
  stale_sessions: [...book.staleSessions].toSorted(),
  stale_sportsbooks: [...book.staleBooks].toSorted().map((id) => {
    const [session = "", sportsbook = ""] = id.split("\u0000")
    return { session, sportsbook }
  }),
  games: [...book.games].toSorted(([one], [two]) => one < two ? -1 : 1).map(([, { lines, ...game }]) => ({
    ...game,
    lines: [...lines].toSorted(([one], [two]) => one < two ? -1 : 1).map(([, line]) => ({
      ...line,
      is_live: isLive(book, { ...game, lines }, line),
      is_actionable: isLive(book, { ...game, lines }, line) && line.odds !== null && !game.partial,
    })),
  })),
})

/** Steps of lists of records; of many, the book after some only. */
const stepsOf = (lists: ReadonlyArray<ReadonlyArray<object>>): ReadonlyArray<CaseStep> => {
  let book = emptyBook
  return lists.map((records) => {
    book = fold(book, records as ReadonlyArray<StreamRecord>)
    return { records, book: booked(book) }
  })
}

const together = <A>(lists: ReadonlyArray<ReadonlyArray<A>>, count: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from(
    { length: Math.ceil(lists.length / count) },
    (_, index) => lists.slice(index * count, (index + 1) * count).flat(),
  )

const scripted = (name: string, about: string, script: Script, options?: { readonly stop: boolean }): Case => ({
  name,
  about,
  steps: stepsOf(recordsOf(script, options)),
})

const opened = (): Script => new Script().connect().frame(full("-110"))
const lists = (script: Script): ReadonlyArray<ReadonlyArray<Change | Control>> => recordsOf(script)
const stamp = { run, session: "main", epoch: 1, at: "2026-07-16T00:00:05.000Z", sent_at: null, frame: null, last: true }
const ofLane = (value: object, seq = 4): object => ({ ...stamp, seq, part: 1, origin: "lane", ...value })

const again = (): ReadonlyArray<object> => {
  const draft = thaw(make({ run, filters: {} }))
  draft.apply(opened().events)
  return snapshot(draft.seal(), { part: 2, origin: "lane" })
}

const hand = (name: string, about: string, ...steps: ReadonlyArray<ReadonlyArray<object>>): Case => ({
  name,
  about,
  steps: stepsOf(steps),
})

/** All cases. */
export const cases = (): ReadonlyArray<Case> => [
  scripted("opened", "A game and its lines are opened, and one moves.", opened().frame(update("-120"))),
  scripted(
    "suspended",
    "A line is suspended, comes back, is unreadable. Without a price it may be live, and is never actionable.",
    opened().frame(update(null)).frame(update("-115")).frame(update("1.91")),
  ),
  scripted(
    "closed",
    "A game is removed, and a sportsbook clears all it has.",
    opened().frame(full("+105", "fanduel")).frame(message("game_removed", "betmgm", game, {})).frame(clear("fanduel")),
  ),
  scripted(
    "partial",
    "A game that only line updates have named is partial: its lines are live, and not actionable, until a full message.",
    new Script().connect().frame(update("-110")).frame(full("-110")),
  ),
  scripted(
    "gap",
    "After a disconnect nothing is live. The connection returns, and each game is verified by itself.",
    new Script().connect().frame(full("-110")).frame(full("+120", "fanduel", other)).wait(1_000).disconnect()
      .wait(2_000).connect().frame(full("-125")).frame(full("+120", "fanduel", other)).wait(11_000).tick(),
  ),
  scripted(
    "gap-with-losses",
    "What does not come back after a gap is closed once the snapshot has settled.",
    new Script().connect().frame(full("-110")).frame(full("+120", "fanduel", other)).disconnect()
      .wait(2_000).connect().frame(full("-110")).wait(11_000).tick(),
  ),
  scripted(
    "line-update-in-a-gap",
    "In a gap a line update verifies its own line, and nothing else.",
    opened().disconnect().wait(1_000).connect().frame(update("-130")),
  ),
  scripted(
    "silence",
    "The session is stale, and fresh again.",
    opened().wait(25_000).silent().wait(1_000).heard().frame(update("-111")),
  ),
  scripted(
    "clock-jump",
    "The clock of the machine has jumped: nothing is live until it is sent again.",
    (() => {
      const script = opened().wait(1_000)
      return script.tick(script.at + 60_000)
    })(),
  ),
  scripted(
    "quarantined",
    "A message that cannot be read makes what it names unverified: a game, a sportsbook, the session.",
    new Script().connect().frame(full("-110")).frame(full("+120", "fanduel", other))
      .frame({ action: "line_update", data: { sport: "MLB", sportsbook: "betmgm", game, outcomes: 7 } })
      .frame({ action: "line_update", data: { sport: "MLB", sportsbook: "fanduel", game: 7, outcomes: {} } })
      .frame(full("-110"), full("+120", "fanduel", other)).raw("{not json"),
  ),
  scripted("stopped", "The stream has stopped: nothing is live any more.", opened().wait(1_000), { stop: true }),
  {
    name: "two-sessions",
    about: "Two sessions in one stream: a gap, and silence, of one says nothing of the games of the other.",
    steps: (() => {
      const first = new Script("one").connect().frame(full("-110"))
      const second = new Script("two", first.at, first.events).connect().frame(full("+120", "fanduel", other))
      first.wait(1_000).disconnect()
      second.wait(1_000).silent()
      return stepsOf(recordsOf(first))
    })(),
  },
  hand(
    "sportsbook-stale",
    "One sportsbook is stale; the other goes on.",
    lists(new Script().connect().frame(full("-110")).frame(full("+120", "fanduel", other))).flat(),
    [ofLane({ control: "stale", reason: "book_silent", sportsbook: "betmgm", age_ms: 300_000, origin: undefined })],
    [ofLane({ control: "fresh", sportsbook: "betmgm", origin: undefined }, 5)],
  ),
  hand(
    "dropped",
    "Records were lost on the way: nothing is live, whatever comes, until everything has been sent again.",
    lists(opened()).flat(),
    [ofLane({ control: "dropped", lane: "web", reason: "drop_oldest", count: 3, first_seq: 5, last_seq: 7 })],
    lists(opened().frame(update("-120"))).at(-1)!,
    again(),
  ),
  hand(
    "dropped-games",
    "Records about one game were lost: that game alone is unverified.",
    lists(new Script().connect().frame(full("-110")).frame(full("+120", "fanduel", other))).flat(),
    [
      ofLane({
        control: "quarantined",
        reason: "dropped",
        touches: "game",
        sportsbook: "betmgm",
        game,
        outcome: null,
        text: "",
        lane: "web",
        lost: "drop_oldest",
        count: 1,
      }),
    ],
  ),
  hand(
    "resumed",
    "Another run goes on from this one: all is known, nothing is verified, and differences follow.",
    lists(opened()).flat(),
    [{
      ...stamp,
      run: "01J00000000000000000000001",
      seq: 1,
      part: 0,
      control: "stream_resumed",
      schema_version: 1,
      filters: {},
      resumes: run,
    }],
    [{
      ...stamp,
      run: "01J00000000000000000000001",
      seq: 2,
      part: 0,
      control: "game_verified",
      sport: "MLB",
      sportsbook: "betmgm",
      game,
      lines: 2,
      changed: 0,
    }],
  ),
  hand(
    "resumed-from-another",
    "A run goes on from one that this reader has not read: nothing is known, and what follows makes no book.",
    lists(opened()).flat(),
    [{
      ...stamp,
      run: "01J00000000000000000000002",
      seq: 1,
      part: 0,
      control: "stream_resumed",
      schema_version: 1,
      filters: {},
      resumes: "01J00000000000000000000001",
    }],
  ),
  hand(
    "started-again",
    "Another run begins: all that was known before is forgotten.",
    lists(opened()).flat(),
    recordsOf(new Script().connect().frame(full("+300", "fanduel", other)), { run: "01J00000000000000000000003" })
      .flat(),
  ),
  hand(
    "joined-late",
    "A reader that joins in the middle: a game whose opening was not read is not verified as a whole.",
    lists(opened().frame(update("-120"))).at(-1)!,
    [{ ...lists(opened()).flat().find((record) => "change" in record)!, change: "game_amended", seq: 9 }],
  ),
  hand(
    "unknown-kinds",
    "Kinds and fields that a reader does not know are passed over.",
    lists(opened()).flat().map((record) => ({ ...record, new_field: { deep: [1] } })),
    [
      ofLane({ control: "tuned", sportsbook: "betmgm" }),
      { ...lists(opened()).flat().find((record) => "outcome" in record)!, change: "line_painted", odds: 999 },
      { ...lists(opened()).flat().find((record) => "change" in record)!, change: "game_painted" },
    ],
  ),
  ...[1, 2, 3].map((seed): Case => ({
    name: `life-${seed}`,
    about: "A random life of a feed: drops, silence, broken and late messages, filters replaced, several sessions.",
    steps: stepsOf(together(recordsOf({ events: scenario(seed, 25).events, at: 0 } as unknown as Script), 40)),
  })),
]
