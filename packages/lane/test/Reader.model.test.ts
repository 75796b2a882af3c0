import type { Change } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import { describe, expect, it } from "vitest"
import { LaneReader } from "../src/reader/LaneReader.ts"
import type { Loss } from "../src/reader/Loss.ts"
import { control, game, line } from "./records.ts"

// More, and from elsewhere: READER_RUNS=10000 READER_SEED=1 vitest run packages/lane/test/Reader.model
const runs = Number(process.env["READER_RUNS"] ?? 300)
const firstSeed = Number(process.env["READER_SEED"] ?? 1)

type E = Envelope<Change>

const randomOf = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** What really stands with the reader: derived only from what arrived and what was lost. */
class Model {
  /** It lacks everything; and it has received a report of that. */
  lacksAll = false
  knowsOfAll = false
  /** It lacks these games; and it has received a report of those. */
  readonly games = new Map<string, { isKnown: boolean; nth: number }>()
  losses = 0

  loseAll(): void {
    this.losses += 1
    this.lacksAll = true
  }

  /** What it believes to have, and has not: nothing may arrive while there is any. */
  get deceived(): ReadonlyArray<string> {
    if (this.lacksAll) return this.knowsOfAll ? [] : ["everything"]
    return [...this.games].flatMap(([name, { isKnown }]) => isKnown ? [] : [name])
  }
}

/** A lane's reader through 30 random steps, against the model. */
const live = (seed: number, seen: Record<string, number>): void => {
  const random = randomOf(seed)
  const chance = (p: number): boolean => random() < p
  const below = (n: number): number => Math.floor(random() * n)
  const count = (what: string): void => void (seen[what] = (seen[what] ?? 0) + 1)
  const lossOf = new Map<E, Loss>()
  const marks: Array<boolean> = []
  const notice = (loss: Loss): E => {
    const envelope = control(loss.lastSeq, loss.game === undefined ? "dropped" : "quarantined") as E
    lossOf.set(envelope, loss)
    return envelope
  }
  const sessions = () => [{ session: "main", epoch: 1 }]
  const reader = new LaneReader<Change>({ run: "R", notice, sessions, mark: (isLossy) => marks.push(isLossy) })
  const model = new Model()
  let clock = 0
  let seq = 0

  const record = (): E => line(++seq, "line_moved", "A", 1, 2, { game: `g${below(4)}` })
  const isStart = ({ value }: E): boolean => "control" in value && value.control === "stream_started"

  /** These arrive: reports are understood; a record on top of a loss that was not reported is the worst thing there is. */
  const arrive = (envelopes: ReadonlyArray<E>): void => {
    for (const envelope of envelopes) {
      const loss = lossOf.get(envelope)
      if (loss === undefined) {
        if (isStart(envelope)) {
          model.knowsOfAll = false
          if (model.games.size > 0) model.lacksAll = true
        } else if (!reader.isOwn(envelope)) expect(model.deceived, `seed ${seed}: ${envelope.text} arrives`).toEqual([])
      } else if (loss.game === undefined) model.knowsOfAll = true
      else for (const [name, entry] of model.games) if (name === loss.game.game) entry.isKnown = true
    }
    reader.onDelivered(envelopes)
  }

  const lose = (): void => {
    const lost = Array.from({ length: 1 + below(3) }, record)
    reader.onLoss(lost, "degraded")
    model.losses += 1
    for (const { value } of lost) {
      if ("game" in value) model.games.set(value.game ?? "", { isKnown: false, nth: model.losses })
    }
    count("losses of games")
  }
  const loseAll = (): void => {
    if (chance(0.3)) {
      reader.onNewReader(record(), "takeover")
      model.knowsOfAll = false
      count("new readers")
    } else reader.onLoss([control(++seq, "gap_opened")], "expired")
    model.loseAll()
    count("losses of everything")
  }

  /** Delivered as far as `some`; the rest fails, and is lost or tried again after newer reports. */
  const deliver = (envelopes: ReadonlyArray<E>): void => {
    if (chance(0.1)) lose()
    else if (chance(0.12)) loseAll()
    // As the lane does: a stream that begins makes its reader forget which games it lacks.
    if (reader.lacksGames && envelopes.some(isStart)) reader.loseEverything()
    const batch = reader.before(envelopes, clock)
    const arrived = chance(0.6) ? batch.length : below(batch.length + 1)
    arrive(batch.slice(0, arrived))
    const held = reader.onFailed(batch.slice(arrived))
    if (arrived < batch.length) count("failures")
    if (held.length === 0) return
    if (chance(0.6)) deliver(held)
    else {
      reader.onLoss(held, "degraded")
      model.losses += 1
      for (const envelope of held) {
        if (isStart(envelope)) model.loseAll()
        else if ("game" in envelope.value) {
          model.games.set(envelope.value.game ?? "", { isKnown: false, nth: model.losses })
        }
      }
    }
  }

  const resnapshot = (): void => {
    const { lacksEverything, lostGames } = reader
    const games = lacksEverything ? undefined : lostGames
    const made = lacksEverything
      ? [control(seq, "stream_started") as E, record()]
      : lostGames.map(({ game: name }) => game(++seq, "game_opened", false, name))
    const losses = model.losses
    const records = reader.resnapshot(made, clock, games)
    const arrived = chance(0.7) ? records.length : below(records.length)
    const isLostMeanwhile = chance(0.2)
    arrive(records.slice(0, arrived))
    if (isLostMeanwhile) lose()
    reader.onFailed(records.slice(arrived))
    reader.onResnapshotDone()
    count(lacksEverything ? "resnapshots" : "resnapshots of games")
    if (arrived < records.length) return
    if (games === undefined && model.losses === losses) {
      model.lacksAll = false
      model.knowsOfAll = false
      model.games.clear()
    }
    for (const { game: name } of games ?? []) {
      if ((model.games.get(name)?.nth ?? 0) <= losses) model.games.delete(name)
    }
  }

  for (let step = 0; step < 30; step++) {
    const what = random()
    if (what < 0.2) lose()
    else if (what < 0.25) loseAll()
    else if (what < 0.65) {
      const envelopes = Array.from({ length: 1 + below(4) }, record)
      const start = chance(0.05) ? [control(++seq, "stream_started") as E] : []
      deliver([...start, ...envelopes])
    } else if (what < 0.75) {
      const reports = reader.dueReport(clock)
      if (chance(0.6)) arrive(reports)
      else reader.onFailed(reports)
    } else if (reader.wantsResnapshot) resnapshot()
    clock += below(1_500)
    expect(reader.wantsResnapshot, `seed ${seed}, step ${step}`).toBe(model.lacksAll || model.games.size > 0)
    expect(marks.at(-1) ?? false, `seed ${seed}, step ${step}: what a later process reads`).toBe(
      reader.wantsResnapshot,
    )
    // What was not reported to it must be in flight, or due.
    if (model.deceived.length > 0) expect(reader.isReportDue(clock), `seed ${seed}, step ${step}`).toBe(true)
  }
}

describe("the reader of a lane", () => {
  it("receives no record after a loss that was not reported, and is sent again all that it lacks", () => {
    const seen: Record<string, number> = {}
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) live(seed, seen)
    const all = [
      "losses of games",
      "losses of everything",
      "new readers",
      "failures",
      "resnapshots",
      "resnapshots of games",
    ]
    for (const what of all) expect(seen[what], what).toBeGreaterThan(runs / 10)
  }, 60_000 + runs * 100)
})
