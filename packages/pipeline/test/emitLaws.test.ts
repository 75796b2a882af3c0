import { changeCoalescing, type Coalescing } from "@boltodds/lane"
import {
  changes,
  type Emission,
  type Emit,
  EmitLawBroken,
  emitLaws,
  type EmitReader,
  type EmitSubject,
  messages,
  quotes,
  raw,
} from "@boltodds/pipeline"
import { type Change, type Control, emptyBook, fold, isLive } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"
import { scenario } from "../../state/test/scenario.ts"

const lives = Array.from({ length: 8 }, (_, seed) => scenario(seed + 1, 120).events)

/** Folds a book. It believes its prices, and which of them are live. */
const bookReader = (): EmitReader<unknown> => {
  let book = emptyBook
  const belief = (): ReadonlyArray<string> =>
    [...book.games.values()].flatMap((game) =>
      [...game.lines.values()].map((line) =>
        `${game.sportsbook} ${game.game} ${line.outcome} ${line.odds} ${isLive(book, game, line)}`
      )
    ).sort()
  return {
    take: (envelopes) => {
      book = fold(book, envelopes.map(({ text }) => JSON.parse(text) as Change | Control))
    },
    belief,
    live: () => belief().filter((text) => text.endsWith(" true")),
  }
}

const subjects: ReadonlyArray<EmitSubject<unknown>> = [
  { emit: changes(), lives, reader: bookReader },
  { emit: messages(), lives },
  { emit: messages({ meta: true, control: false }), lives },
  { emit: quotes(), lives },
  { emit: raw(), lives },
]

describe.each(subjects)("the emit $emit.name", (subject) => {
  it.each(emitLaws)("$name", (law) => law.run(subject))
})

const own = changes()
const lawNamed = (part: string) => emitLaws.find(({ name }) => name.includes(part))!

describe("an emit that breaks a law", () => {
  it.each<readonly [law: string, emit: Emit<Change>]>([
    ["coalescing", coalescing({ compose: (older) => older })],
    ["coalescing", coalescing({ supersedes: () => undefined })],
    ["coalescing", coalescing({ supersedes: () => "all" })],
    ["coalescing", coalescing({ invalidated: (change) => change })],
    ["coalescing", coalescing({ owner: () => undefined })],
    ["coalescing", coalescing({ scope: () => "nothing" })],
    ["whole groups", changed((emission) => ({ ...emission, of: (steps) => emission.of(steps).slice(0, -1) }))],
    [
      "folds to what",
      changed((emission) => ({
        ...emission,
        snapshot: (records) => emission.snapshot!(records.filter((record) => !("odds" in record))),
      })),
    ],
    ["not early", changed((emission) => ({ ...emission, dueAt: () => 1, advance: () => [] }))],
  ])("is found by the law about: %s", (part, emit) => {
    expect(() => lawNamed(part).run({ emit, lives, reader: bookReader })).toThrow(EmitLawBroken)
  })
})

function changed(by: (emission: Emission<Change>) => Emission<Change>): Emit<Change> {
  return { ...own, open: (context) => by(own.open(context)) }
}

function coalescing(altered: Partial<Coalescing<Change>>): Emit<Change> {
  return { ...own, coalescing: { ...changeCoalescing, ...altered } }
}
