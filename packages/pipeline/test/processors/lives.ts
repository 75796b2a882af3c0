/** Random lives of a feed through processors, and what a reader makes of it. */
import { type Book, type Change, type Control, emptyBook, type FeedEvent, fold } from "@boltodds/protocol"
import { changes, type Processor } from "@boltodds/pipeline"
import type { Envelope } from "@boltodds/sink"
import { make, snapshot, type Step, thaw } from "@boltodds/state"
import { generator } from "../../../state/test/random.ts"
import { scenario } from "../../../state/test/scenario.ts"
import { ProcessorRun } from "../../src/route/ProcessorRun.ts"

// More, and from elsewhere: LAW_RUNS=2000 LAW_SEED=1 vitest run packages/pipeline/test/processors
export const runs = Number(process.env["LAW_RUNS"] ?? 12)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)

export const state = { run: "01J00000000000000000000000" }

/** A random cut into pieces. */
export const cut = <A>(of: ReadonlyArray<A>, random: () => number): ReadonlyArray<ReadonlyArray<A>> => {
  const pieces: Array<ReadonlyArray<A>> = []
  for (let from = 0; from < of.length;) {
    const to = from + 1 + Math.floor(random() * 9)
    pieces.push(of.slice(from, to))
    from = to
  }
  return pieces
}

/** Holds a law for many lives, and names the seed of one that breaks it. */
export const forLives = (law: (events: ReadonlyArray<FeedEvent>, random: () => number) => void): void => {
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    try {
      law(scenario(seed, 120).events, generator(seed ^ 0x5eed))
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }
}

/** A turn: the steps of its events, and its time. */
interface Turn {
  readonly steps: ReadonlyArray<Step>
  readonly now: number
}

/** Given chance, the book is sent again now and then, as to a reader that has lost some of it. */
export const turnsOf = (
  pieces: ReadonlyArray<ReadonlyArray<FeedEvent>>,
  random?: () => number,
): ReadonlyArray<Turn> => {
  const draft = thaw(make(state))
  let first: Change | Control | undefined
  let seq = 0
  return pieces.map((events) => {
    const event = events.at(-1)!
    const steps = draft.apply(events)
    const records = steps.flatMap(({ records }) => records)
    first ??= records[0]
    seq = records.at(-1)?.seq ?? seq
    if (random === undefined || first === undefined || random() > 0.05) return { steps, now: event.at }
    const told = snapshot(draft.seal())
    const again = [{ ...first, seq, at: new Date(event.at).toISOString() }, ...told]
    again[again.length - 1] = { ...again[again.length - 1]!, last: true }
    return {
      steps: [...steps, { event, records: again.map((it, at) => at === again.length - 1 ? it : without(it)) }],
      now: event.at,
    }
  })
}

const without = ({ last: _, ...record }: Change | Control): Change | Control => record as Change | Control

/** The records of a run, once each. */
export const recordsOf = (turns: ReadonlyArray<Turn>): ReadonlyArray<Change | Control> => {
  const records: Array<Change | Control> = []
  for (const { steps } of turns) {
    for (const step of steps) for (const it of step.records) if (it.seq === records.length + 1) records.push(it)
  }
  return records
}

/** What comes out of a processor between the emit `changes` and a lane, in groups. */
export const outOf = (
  processor: Processor<Change, Change>,
  turns: ReadonlyArray<Turn>,
): ReadonlyArray<ReadonlyArray<Envelope<Change>>> => {
  const emission = changes().open({ state })
  const processing = new ProcessorRun(processor)
  const out = [
    ...turns.flatMap(({ steps, now }) => processing.turn(emission.of(steps), now)),
    ...processing.flush(),
  ]
  return groupsOf(out)
}

export const groupsOf = <A>(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<ReadonlyArray<Envelope<A>>> => {
  const groups: Array<Array<Envelope<A>>> = []
  let group: Array<Envelope<A>> = []
  for (const envelope of envelopes) {
    group.push(envelope)
    if (!envelope.last) continue
    groups.push(group)
    group = []
  }
  if (group.length > 0) throw new Error("the last group has no end")
  return groups
}

/** A reader after a group, and the truth at the highest number it has met. */
export interface Standing {
  readonly reader: Book
  readonly truth: Book
  readonly seq: number
  /** The records up to that number that are new since the standing before. */
  readonly passed: ReadonlyArray<Change | Control>
  readonly group: ReadonlyArray<Envelope<Change>>
}

/**
 * Reads groups as texts, one after another.
 *
 * `madeOf`: the groups that the last processor of a chain was given, where one before it merges. A reader then stands where
 * the group that it has some of ended, though the record with that number may have been left out.
 */
export function* readings(
  groups: ReadonlyArray<ReadonlyArray<Envelope<Change>>>,
  records: ReadonlyArray<Change | Control>,
  madeOf: ReadonlyArray<ReadonlyArray<Envelope<Change>>> = groups,
): Generator<Standing> {
  const ends = madeOf.map((group) => Math.max(...group.map((envelope) => envelope.seq)))
  let reader = emptyBook
  let truth = emptyBook
  let from = 0
  let ended = 0
  for (const group of groups) {
    reader = fold(reader, group.map(({ text }) => JSON.parse(text) as Change | Control))
    const highest = Math.max(from, ...group.map((envelope) => envelope.seq))
    while (ended < ends.length && ends[ended]! < highest) ended++
    const seq = ends[ended] ?? highest
    // The records of a run are numbered from 1, without a hole.
    const passed = records.slice(from, seq)
    truth = fold(truth, passed)
    from = seq
    yield { reader, truth, seq, passed, group }
  }
}
