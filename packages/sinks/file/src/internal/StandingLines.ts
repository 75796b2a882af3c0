/**
 * What was written to many series, and is written again ahead of the next record of a series that had no file then.
 *
 * The newest line of each kind and scope is kept. The feed names sports, sportsbooks and games, so the number of lines
 * and their length are bounded.
 */
import { type Control, latestKey } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import type { PathField, PathValues } from "../PathTemplate.ts"
import { field, keyOf } from "./valuesOf.ts"

/** A line that is written again to a series that comes later. */
export interface StandingLine {
  readonly order: number
  /** What it is about. */
  readonly values: PathValues
  readonly text: string
}

/** How many lines are kept, and how many characters of text. Beyond either the oldest half is forgotten. */
export const mostStanding = { lines: 10_000, characters: 16 * 1024 * 1024 }

/** What is to be forgotten. */
export interface OldestLines {
  readonly lines: ReadonlyArray<PlacedLine>
  /** Those among them that a series which begins later would need. */
  readonly needed: ReadonlyArray<StandingLine>
}

interface PlacedLine extends StandingLine {
  readonly place: Place
  readonly key: string
}

/** The fields by which lines are found, the one with the most values first. */
const placeFields = ["game", "sportsbook", "sport"] as const
type PlaceField = (typeof placeFields)[number]

/** Where a line is kept: by the first of these fields that it names, or with those that name none. */
interface Place {
  readonly by: PlaceField | "nothing"
  readonly value: string
}

/** The lines of one place by their keys. */
type Lines = Map<string, PlacedLine>

/** The lines, as they stand after a batch. A batch changes a copy, which takes effect once it is written. */
export class StandingLines {
  /** Those of the fields above that the template has. */
  readonly #fields: ReadonlyArray<PlaceField>
  readonly #template: ReadonlyArray<PathField>
  /** By the place, so that a series looks at few of them. */
  readonly #places: ReadonlyMap<Place["by"], Map<string, Lines>>
  /** Lines of places that no other copy has. */
  readonly #own = new Set<Lines>()
  #count = 0
  #characters = 0
  #order = 0
  #isIncomplete = false

  constructor(template: ReadonlyArray<PathField>, from?: StandingLines) {
    this.#template = template
    this.#fields = placeFields.filter((name) => template.includes(name))
    const kinds = ["nothing", ...this.#fields] as const
    this.#places = new Map(kinds.map((by) => [by, new Map(from === undefined ? [] : from.#places.get(by))]))
    if (from === undefined) return
    this.#count = from.#count
    this.#characters = from.#characters
    this.#order = from.#order
    this.#isIncomplete = from.#isIncomplete
  }

  /** The number of the newest line. */
  get order(): number {
    return this.#order
  }

  /** A line was forgotten that a series which begins now would need. */
  get isIncomplete(): boolean {
    return this.#isIncomplete
  }

  /** Whether more is kept than may be. */
  get isFull(): boolean {
    return this.#count > mostStanding.lines || this.#characters > mostStanding.characters
  }

  /** The texts of the lines after this number that a series of these values needs, in order. */
  after(order: number, values: PathValues): Array<string> {
    if (order >= this.#order) return []
    const found: Array<StandingLine> = []
    for (const lines of this.#linesFor(values)) {
      for (const line of lines.values()) {
        if (line.order > order && agree(line.values, values, this.#template)) found.push(line)
      }
    }
    return found.sort((a, b) => a.order - b.order).map(({ text }) => text)
  }

  /** Keeps a line, in place of an older one of its kind and scope. */
  add(envelope: Envelope<unknown>, scope: PathValues, kind: string | undefined): void {
    if (envelope._tag === "Control" && kind === "stream_started") {
      // A reader of this forgets all before it. A header stays where it belongs, at the beginning.
      for (const line of this.#all()) if (line.key !== preamble) this.#remove(line)
      this.#isIncomplete = false
    }
    const key = envelope.seq === 0 ? preamble : keyOfLine(envelope, scope, kind)
    const place = this.#placeOf(scope)
    const known = this.#places.get(place.by)!.get(place.value)?.get(key)
    if (known !== undefined) this.#remove(known)
    this.#order += 1
    this.#count += 1
    this.#characters += envelope.text.length
    this.#ownLines(place).set(key, { order: this.#order, values: scope, text: envelope.text, place, key })
  }

  /**
   * The oldest lines, without which half of the bound is left: first those about one game, which say nothing to a reader
   * that does not know the game. Lines about the whole run stay.
   */
  oldest(): OldestLines {
    const oldest: Array<PlacedLine> = []
    const needed: Array<StandingLine> = []
    let count = this.#count
    let characters = this.#characters
    const all = this.#all().sort((a, b) => a.order - b.order)
    for (const ofGames of [true, false]) {
      for (const line of all) {
        if (count <= mostStanding.lines / 2 && characters <= mostStanding.characters / 2) break
        if (line.values.session === undefined || (line.values.game !== undefined) !== ofGames) continue
        oldest.push(line)
        count -= 1
        characters -= line.text.length
        if (!ofGames) needed.push(line)
      }
    }
    return { lines: oldest, needed }
  }

  /** Forgets lines. `areNeeded`: a series that begins from here on would need one of them. */
  forget(lines: ReadonlyArray<PlacedLine>, areNeeded: boolean): void {
    for (const line of lines) this.#remove(line)
    if (areNeeded) this.#isIncomplete = true
  }

  #all(): Array<PlacedLine> {
    return [...this.#places.values()].flatMap((places) => [...places.values()].flatMap((lines) => [...lines.values()]))
  }

  #placeOf(values: PathValues): Place {
    const by = this.#fields.find((name) => values[name] !== undefined)
    return by === undefined ? { by: "nothing", value: "" } : { by, value: values[by]! }
  }

  /** The lines that a series of these values may need: of each field those of its value, or all where it has none. */
  *#linesFor(values: PathValues): Generator<Lines> {
    for (const [by, places] of this.#places) {
      const value = by === "nothing" ? undefined : values[by]
      if (value === undefined) yield* places.values()
      else if (places.has(value)) yield places.get(value)!
    }
  }

  /** The lines of a place, which may be changed. */
  #ownLines({ by, value }: Place): Lines {
    const places = this.#places.get(by)!
    const known = places.get(value)
    if (known !== undefined && this.#own.has(known)) return known
    const own: Lines = new Map(known)
    this.#own.add(own)
    places.set(value, own)
    return own
  }

  #remove({ place, key, text }: PlacedLine): void {
    const lines = this.#ownLines(place)
    lines.delete(key)
    if (lines.size === 0) this.#places.get(place.by)!.delete(place.value)
    this.#count -= 1
    this.#characters -= text.length
  }
}

const preamble = "preamble"

/**
 * Lines with equal keys replace each other. Controls do so as in every store of the latest records; a loss of each reason
 * stays, since its count is read. Of other records the newest of each kind and scope stays.
 */
const keyOfLine = ({ _tag, value }: Envelope<unknown>, scope: PathValues, kind: string | undefined): string => {
  if (_tag === "Control" && "control" in value) {
    const control: Control = value
    return keyOf([...latestKey(control), ...control.control === "dropped" ? [control.reason] : []])
  }
  const { sport, sportsbook, game, session } = scope
  return keyOf([kind, sport, sportsbook, game, session, field(value, "outcome")])
}

/** Whether no field says one thing here and another there. */
export const agree = (scope: PathValues, values: PathValues, fields: ReadonlyArray<PathField>): boolean =>
  fields.every((name) =>
    name === "kind" || scope[name] === undefined || values[name] === undefined || scope[name] === values[name]
  )
