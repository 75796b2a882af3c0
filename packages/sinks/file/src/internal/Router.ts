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

/** All files with the same values. */
export interface Series {
  /** Undefined where records of any value come. */
  readonly values: PathValues
  /** What stands in its path. */
  readonly names: PathValues
  /** The one that is being written, where there is one. */
  part: PartFile | undefined
  /** Up to which standing line it was told. */
  told: number
}

/** What a series gets. */
export interface WritePlan {
  readonly lines: ReadonlyMap<Series, ReadonlyArray<string>>
  /** Once written: up to which standing line all these series are told. */
  readonly told: number
  readonly standing: ReadonlyMap<string, StandingLine>
}

/** What was said to many, and is said again to those who come later. */
export interface StandingLine {
  readonly order: number
  readonly values: PathValues
  readonly text: string
}

/** What is about the run or the lane as a whole, whatever session it came with. */
const aboutAll: ReadonlySet<string> = new Set(["stream_started", "stream_resumed", "stream_stopped", "dropped"])

/** How many series there may be, and who is told that there are more. */
export interface SeriesBound {
  readonly most: number
  /** Called for the first record of a day that goes to another series than its own. */
  readonly onMore: (series: Series, at: number) => void
}

const dayMillis = 86_400_000

/** Knows the series of one sink. */
export class Router {
  readonly #fields: ReadonlyArray<PathField>
  readonly #hasKind: boolean
  readonly #run: string | undefined
  readonly #series = new Map<string, Series>()
  #standing: ReadonlyMap<string, StandingLine> = new Map()
  #order = 0
  readonly #bound: SeriesBound
  #day = -Infinity
  #isReported = false

  constructor(template: PathTemplate, run: string | undefined, bound: SeriesBound) {
    this.#fields = template.fields
    this.#hasKind = template.fields.includes("kind")
    this.#run = run
    this.#bound = bound
  }

  /** The series that have a file now. */
  *current(): Generator<Series> {
    for (const series of this.#series.values()) if (series.part !== undefined) yield series
  }

  /** What each series gets of these envelopes, in order. Nothing counts as told before `commit`. */
  plan(envelopes: ReadonlyArray<Envelope<unknown>>): WritePlan {
    const lines = new Map<Series, Array<string>>()
    if (this.#fields.length === 0) {
      lines.set(this.#seriesOf({}, 0), envelopes.map((envelope) => envelope.text))
      return { lines, told: 0, standing: this.#standing }
    }
    this.#beginDay(envelopes[0]?.at ?? NaN)
    const standing = new Map(this.#standing)
    let told = this.#order
    const enter = (series: Series): Array<string> => {
      let own = lines.get(series)
      if (own === undefined) {
        own = []
        for (const { order, values, text } of standing.values()) {
          if (order > series.told && agree(values, series.values, this.#fields)) own.push(text)
        }
        lines.set(series, own)
      }
      return own
    }
    for (const envelope of envelopes) {
      const { text } = envelope
      const values = valuesOf(envelope, this.#run)
      const own = this.#seriesOf(values, envelope.at)
      enter(own).push(text)
      const scope = this.#scopeOf(envelope, values)
      if (scope === undefined) continue
      for (const series of this.#series.values()) {
        if (series === own || series.part === undefined && !lines.has(series)) continue
        if (agree(scope, series.values, this.#fields)) enter(series).push(text)
      }
      stand(standing, ++told, envelope, scope, values.kind)
    }
    return { lines, told, standing }
  }

  /** All of a plan is written. */
  commit(plan: WritePlan): void {
    this.#standing = plan.standing
    this.#order = plan.told
    for (const series of plan.lines.keys()) series.told = plan.told
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

  #seriesOf(values: PathValues, at: number): Series {
    const key = this.#keyOf(values)
    const known = this.#series.get(key)
    if (known !== undefined) return known
    if (this.#series.size < this.#bound.most) return this.#newSeries(key, values, values)
    return this.#seriesOfMore(values, at)
  }

  #keyOf(values: PathValues): string {
    const only = this.#fields.length === 1 ? values[this.#fields[0]!] : undefined
    return only === undefined ? keyOf(this.#fields.map((name) => values[name])) : `=${only}`
  }

  #newSeries(key: string, values: PathValues, names: PathValues): Series {
    const series = { values, names, part: undefined, told: 0 }
    this.#series.set(key, series)
    return series
  }

  /** The series of what has none of its own. The names of sessions and runs are ours, and stay. */
  #seriesOfMore({ session, run }: PathValues, at: number): Series {
    const names = { sport: tooMany, sportsbook: tooMany, game: tooMany, kind: tooMany, session, run }
    const key = this.#keyOf(names)
    const series = this.#series.get(key) ?? this.#newSeries(key, { session, run }, names)
    if (!this.#isReported) {
      this.#isReported = true
      this.#bound.onMore(series, Number.isFinite(at) ? at : 0)
    }
    return series
  }

  /** A new day: what has no file now counts no more. */
  #beginDay(at: number): void {
    const day = Math.floor(at / dayMillis)
    if (!(day > this.#day)) return
    this.#day = day
    this.#isReported = false
    for (const [key, series] of this.#series) if (series.part === undefined) this.#series.delete(key)
  }
}

const preamble = "preamble"

const stand = (
  standing: Map<string, StandingLine>,
  order: number,
  envelope: Envelope<unknown>,
  scope: PathValues,
  kind: string | undefined,
): void => {
  if (envelope._tag === "Control" && kind === "stream_started") {
    // Whoever hears this forgets all before; a header stays where it belongs, in front.
    for (const key of standing.keys()) if (key !== preamble) standing.delete(key)
  }
  const { sport, sportsbook, game, session } = scope
  const outcome = field(envelope.value, "outcome")
  const reason = kind === "dropped" || kind === "stale" ? field(envelope.value, "reason") : undefined
  const key = envelope.seq === 0 ? preamble : keyOf([kind, sport, sportsbook, game, session, outcome, reason])
  standing.delete(key)
  standing.set(key, { order, values: scope, text: envelope.text })
}

const keyOf = (values: ReadonlyArray<string | undefined>): string =>
  values.map((value) => value === undefined ? "-" : `${value.length}:${value}`).join("")

/** Whether no field says one thing here and another there. */
const agree = (scope: PathValues, values: PathValues, fields: ReadonlyArray<PathField>): boolean =>
  fields.every((name) =>
    name === "kind" || scope[name] === undefined || values[name] === undefined || scope[name] === values[name]
  )

/** What an envelope says of the fields of a path. */
export const valuesOf = (envelope: Envelope<unknown>, run: string | undefined): PathValues => {
  const { value } = envelope
  const data = objectField(value, "data")
  return {
    sport: field(value, "sport") ?? field(data, "sport"),
    sportsbook: field(value, "sportsbook") ?? field(data, "sportsbook"),
    game: field(value, "game") ?? field(data, "game"),
    session: envelope.session,
    run: envelope.run ?? field(value, "run") ?? run,
    kind: field(value, "change") ?? field(value, "control") ?? field(value, "action") ?? field(value, "_tag"),
  }
}

const field = (value: unknown, name: string): string | undefined => {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
  return typeof found === "string" ? found : undefined
}

const objectField = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
