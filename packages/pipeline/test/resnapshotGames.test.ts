import { type Change, type Control, emptyBook, type FeedEvent, fold, gameId, isLineChange } from "@boltodds/protocol"
import { chain, changes, conflate, pick, type Processor, sample, where } from "@boltodds/pipeline"
import type { LostGame } from "@boltodds/lane"
import { make, snapshotGames, thaw } from "@boltodds/state"
import * as Duration from "effect/Duration"
import { describe, expect, it } from "vitest"
import { LaneOrigin } from "../src/route/LaneOrigin.ts"
import { ProcessorRun } from "../src/route/ProcessorRun.ts"
import { resnapshotGames } from "../src/route/resnapshotGames.ts"
import { connected, frame, game, message, outcome, start } from "./fixtures.ts"

const other = "Chicago Cubs vs St. Louis Cardinals, 2026-07-16, 2e1f1b8dc2ec"
const lost: LostGame = {
  sportsbook: "draftkings",
  game,
  sport: "MLB",
  universal_game_id: null,
  book_game_id: null,
  home_team: null,
  away_team: null,
  starts_at: null,
}

/** A run up to here, its reader after this processor, and the resnapshot of the first game. */
const resnapshotAfter = (events: ReadonlyArray<FeedEvent>, processor?: () => Processor<Change, Change>) => {
  const draft = thaw(make({ run: "R" }))
  const emission = changes().open({ state: { run: "R" } })
  const processing = processor === undefined ? undefined : new ProcessorRun(processor())
  const envelopes = emission.of(draft.apply([...connected(), ...events]))
  const before = processing === undefined ? envelopes : [...processing.turn(envelopes, start), ...processing.flush()]
  const made = resnapshotGames(
    [lost],
    new LaneOrigin("l", { opening: 1, term: undefined, process: undefined }),
    (games, place) => snapshotGames(draft.seal(), games, place),
    emission.games!,
    processing,
  )
  const again = made ?? []
  const read = (given: typeof again): ReadonlyArray<Change | Control> => given.map(({ text }) => JSON.parse(text))
  return { made, before: read(before), again: read(again), lasts: again.map(({ last }) => last) }
}

const kinds = (records: ReadonlyArray<Change | Control>): ReadonlyArray<string> =>
  records.map((record) => "change" in record ? record.change : record.control)

const whole = [
  frame(message("initial_state", { Home: outcome("+200"), Away: outcome("-110") })),
  frame(message("initial_state", { Home: outcome("+120") }, { game: other, info: { universal_id: "2" } })),
]
const longshots = () => where((change) => isLineChange(change) && (change.odds ?? 0) >= 150)

describe("a resnapshot of a game", () => {
  it("is its opening with its lines, and says that it is verified, in one group and with parts of their own", () => {
    const { again, lasts } = resnapshotAfter(whole)
    expect(kinds(again)).toEqual(["game_opened", "line_opened", "line_opened", "game_verified"])
    expect(lasts).toEqual([false, false, false, true])
    expect(again.map(({ origin, part }) => [origin, part])).toEqual([1, 2, 3, 4].map((part) => ["l.1", part]))
    expect(again.every((record) => !("change" in record) || record.game === game)).toBe(true)
  })

  it("marks as unverified what is so, and does not say that it is verified", () => {
    const garbled = frame({ ...message("game_update", {}), data: { ...lost, outcomes: 7 } })
    const { again } = resnapshotAfter([...whole, garbled])
    expect(kinds(again)).toEqual(["game_opened", "line_opened", "line_opened"])
    expect(again.every((record) => "unverified" in record)).toBe(true)
  })

  it("is its closing where it is over", () => {
    const { before, again } = resnapshotAfter([...whole, frame(message("game_removed", {}))])
    expect(again).toMatchObject([{ change: "game_closed", cause: "snapshot", sport: "MLB", game, last: true }])
    // The reader that lost the closing.
    const reader = fold(emptyBook, before.slice(0, -1))
    expect([...fold(reader, again).games.keys()]).toEqual([gameId("draftkings", other)])
  })

  it("begins with the closing of the game where a processor lets lines pass and not their game", () => {
    const moved = frame(message("line_update", { Home: outcome("+100"), Away: outcome("+170") }), start + 1)
    const { before, again, lasts } = resnapshotAfter([...whole, moved], longshots)
    expect(kinds(again)).toEqual(["game_closed", "line_opened", "game_verified"])
    expect(lasts).toEqual([false, false, true])
    // The reader that lost both changes has the old line: it is gone afterwards.
    const reader = fold(fold(emptyBook, before.slice(0, -2)), again)
    expect([...reader.games.get(gameId("draftkings", game))!.lines.keys()]).toEqual(["Away"])
  })

  it("is the closing of the game where a processor lets nothing of it pass any more", () => {
    const moved = frame(message("line_update", { Home: outcome("+100") }), start + 1)
    expect(kinds(resnapshotAfter([...whole, moved], longshots).again)).toEqual(["game_closed", "game_verified"])
  })

  it("is not made where a processor is in front and the game is over, or stands by another name in the state", () => {
    const removed = frame(message("game_removed", {}))
    expect(resnapshotAfter([...whole, removed], longshots).made).toBe(undefined)
  })

  it("has parts that rise, its closing among them", () => {
    const moved = frame(message("line_update", { Home: outcome("+100"), Away: outcome("+170") }), start + 1)
    const parts = resnapshotAfter([...whole, moved], longshots).again.map(({ part = 0 }) => part)
    expect(parts).toEqual(parts.toSorted((one, other) => one - other))
    expect(new Set(parts).size).toBe(parts.length)
  })

  it("is written as the processor writes", () => {
    const narrow = () => pick<Change>(["change", "game", "seq", "outcome"])
    const { again } = resnapshotAfter(whole, narrow)
    expect(kinds(again)).toEqual(["game_opened", "line_opened", "line_opened", "game_verified"])
    expect(Object.keys(again[1]!)).toEqual(["change", "game", "seq", "outcome"])
  })

  it("comes whole out of processors that hold records back, and leaves theirs alone", () => {
    const slow = () => chain(conflate({ every: Duration.seconds(60) }), sample({ every: 5 }))
    const { again } = resnapshotAfter(whole, slow)
    expect(kinds(again)).toEqual(["game_opened", "line_opened", "line_opened", "game_verified"])
    expect(again.every((record) => !("merged" in record) && !("reset" in record))).toBe(true)
  })

  it("reserves an identity for each envelope, of which an emit may make more than there are records", () => {
    const draft = thaw(make({ run: "R" }))
    const { of, games } = changes().open({ state: { run: "R" } })
    of(draft.apply([...connected(), ...whole]))
    const origin = new LaneOrigin("l", { opening: 1, term: undefined, process: undefined })
    const twice = {
      ...games!,
      of: (records: ReadonlyArray<Change | Control>) => [1, 2].flatMap(() => games!.of(records)),
    }
    const made = resnapshotGames(
      [lost],
      origin,
      (lost, place) => snapshotGames(draft.seal(), lost, place),
      twice,
      undefined,
    )
    expect(origin.next).toBe(1 + made!.length)
  })
})
