/**
 * Which lines go to which series.
 *
 * A series is all files with the same values of the template's fields; its files in their order are one stream, cut. A
 * record goes to the series that it names. What does not name all fields (most controls, the clearing of a book) may
 * concern many: it goes to the series without these values (`~none`), and to each that it does not contradict: at once
 * where that has a file now, else ahead of what it gets next. For the latter the newest of each kind and scope is kept.
 *
 * The feed names sports, sportsbooks and games, so the number of series is bounded: what would begin another one goes to
 * one series for all of them (`~more`), which gets every control that any of them may need.
 */
import type { Envelope } from "@boltodds/sink"
import type { PathField, PathTemplate, PathValues } from "../PathTemplate.ts"
import type { PartFile } from "./PartFile.ts"
import { tooMany } from "./safeName.ts"
import { agree, StandingLines } from "./StandingLines.ts"
import { keyOf, valuesOf } from "./valuesOf.ts"

/** All files with the same values. */
export interface Series {
  /** Undefined where records of any value come. */
  readonly values: PathValues
  /** What stands in its path. */
  readonly names: PathValues
  /** The one that is being written, where there is one. */
  part: PartFile | undefined
  /** The number of the newest standing line that it has. */
  standing: number
}

/** What a batch adds to the files. */
export interface WritePlan {
  /** By series: what it gets. */
  readonly lines: ReadonlyMap<Series, ReadonlyArray<string>>
  /** What stands once the batch is written. */
  readonly standing: StandingLines
}

/** What is about the run or the lane as a whole, whatever session it came with. */
const aboutAll: ReadonlySet<string> = new Set(["stream_started", "stream_resumed", "stream_stopped", "dropped"])

/** How many series there may be, and what is called beyond a bound. */
export interface SeriesBound {
  readonly most: number
  /** Called for the first record of a day that goes to another series than its own, because there are too many. */
  readonly onMore: (series: Series, at: number) => void
  /**
   * Called for the first time in a day that standing lines are forgotten. `more`: the series of all records that would
   * begin another one from here on; undefined where series can begin as before.
   */
  readonly onForgotten: (more: Series | undefined, at: number) => void
}

const dayMillis = 86_400_000

/** Knows the series of one sink. */
export class Router {
  readonly #fields: ReadonlyArray<PathField>
  readonly #hasKind: boolean
  readonly #run: string | undefined
  readonly #series = new Map<string, Series>()
  #standing: StandingLines
  readonly #bound: SeriesBound
  #day = -Infinity
  #isMoreReported = false
  #isForgottenReported = false

  constructor(template: PathTemplate, run: string | undefined, bound: SeriesBound) {
    this.#fields = template.fields
    this.#hasKind = template.fields.includes("kind")
    this.#run = run
    this.#bound = bound
    this.#standing = new StandingLines(template.fields)
  }

  /** The series that have a file now. */
  *current(): Generator<Series> {
    for (const series of this.#series.values()) if (series.part !== undefined) yield series
  }

  /** What each series gets of these envelopes, in order. Nothing counts as written before `commit`. */
  plan(envelopes: ReadonlyArray<Envelope<unknown>>): WritePlan {
    const lines = new Map<Series, Array<string>>()
    if (this.#fields.length === 0) {
      lines.set(this.#seriesOf({}, 0, false), envelopes.map((envelope) => envelope.text))
      return { lines, standing: this.#standing }
    }
    this.#beginDay(envelopes[0]?.at ?? NaN)
    let standing = this.#standing
    const enter = (series: Series): Array<string> => {
      const known = lines.get(series)
      if (known !== undefined) return known
      const own = standing.after(series.standing, series.values)
      lines.set(series, own)
      return own
    }
    for (const envelope of envelopes) {
      const { text, at } = envelope
      const values = valuesOf(envelope, this.#run)
      const own = this.#seriesOf(values, at, standing.isIncomplete)
      enter(own).push(text)
      const scope = this.#scopeOf(envelope, values)
      if (scope === undefined) continue
      for (const series of this.#series.values()) {
        if (series === own || series.part === undefined && !lines.has(series)) continue
        if (agree(scope, series.values, this.#fields)) enter(series).push(text)
      }
      if (standing === this.#standing) standing = new StandingLines(this.#fields, standing)
      standing.add(envelope, scope, values.kind)
      if (standing.isFull) this.#forget(standing, lines, at)
    }
    return { lines, standing }
  }

  /** All of a plan is written. */
  commit(plan: WritePlan): void {
    this.#standing = plan.standing
    for (const series of plan.lines.keys()) series.standing = plan.standing.order
  }

  /**
   * Forgets the oldest standing lines, once each series has them that there is. One that begins later begins with
   * `stream_started`, so it needs none about a game. Where it would need another line it must not begin.
   */
  #forget(standing: StandingLines, lines: Map<Series, Array<string>>, at: number): void {
    const { lines: oldest, needed } = standing.oldest()
    let more: Series | undefined
    for (const { values: { session, run } } of needed) more = this.#seriesOfMore({ session, run })
    for (const series of this.#series.values()) {
      if (lines.has(series)) continue
      const missing = standing.after(series.standing, series.values)
      if (missing.length > 0) lines.set(series, missing)
    }
    standing.forget(oldest, needed.length > 0)
    if (this.#isForgottenReported) return
    this.#isForgottenReported = true
    this.#bound.onForgotten(more, Number.isFinite(at) ? at : 0)
  }

  /** What an envelope is about where that is more than its own series; undefined where it is not. */
  #scopeOf(envelope: Envelope<unknown>, values: PathValues): PathValues | undefined {
    const isControl = envelope._tag === "Control"
    // It changes nobody's belief, and comes every ten seconds.
    if (isControl && values.kind === "heartbeat") return undefined
    if (envelope.seq === 0 || isControl && aboutAll.has(values.kind ?? "")) return {}
    const isWhole = this.#fields.every((field) => field === "kind" || values[field] !== undefined)
    return isWhole && !(isControl && this.#hasKind) ? undefined : values
  }

  /** The series of a record. `isClosed`: none may begin. */
  #seriesOf(values: PathValues, at: number, isClosed: boolean): Series {
    const key = this.#keyOf(values)
    const known = this.#series.get(key)
    if (known !== undefined) return known
    const isFull = this.#series.size >= this.#bound.most
    if (!isFull && !isClosed) return this.#newSeries(key, values, values)
    const more = this.#seriesOfMore(values)
    if (isFull && !this.#isMoreReported) {
      this.#isMoreReported = true
      this.#bound.onMore(more, Number.isFinite(at) ? at : 0)
    }
    return more
  }

  #keyOf(values: PathValues): string {
    const only = this.#fields.length === 1 ? values[this.#fields[0]!] : undefined
    return only === undefined ? keyOf(this.#fields.map((name) => values[name])) : `=${only}`
  }

  #newSeries(key: string, values: PathValues, names: PathValues): Series {
    const series = { values, names, part: undefined, standing: 0 }
    this.#series.set(key, series)
    return series
  }

  /** The series of what has none of its own. The names of sessions and runs are ours, and stay. */
  #seriesOfMore({ session, run }: PathValues): Series {
    const names = { sport: tooMany, sportsbook: tooMany, game: tooMany, kind: tooMany, session, run }
    const key = this.#keyOf(names)
    return this.#series.get(key) ?? this.#newSeries(key, { session, run }, names)
  }

  /** A new day: what has no file now counts no more, unless it could not begin again. */
  #beginDay(at: number): void {
    const day = Math.floor(at / dayMillis)
    if (!(day > this.#day)) return
    this.#day = day
    this.#isMoreReported = false
    this.#isForgottenReported = false
    if (this.#standing.isIncomplete) return
    for (const [key, series] of this.#series) if (series.part === undefined) this.#series.delete(key)
  }
}
