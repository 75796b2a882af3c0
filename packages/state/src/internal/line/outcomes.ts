/** The outcomes of one message, applied to the lines of its game within the filters and bounds. */
import type { GameData } from "@boltodds/protocol"
import type { StateLimit } from "../../Limits.ts"
import type { Refused } from "../limits.ts"
import type { Work } from "../work.ts"
import { applyOutcome, closeLine, isLate, type LineTarget, retarget } from "./lines.ts"

/** What a full message did to the lines of its game. */
export interface Replaced {
  readonly changed: number
  /** Outcomes that did not fit. */
  readonly refused: Refused | undefined
}

/** Of a message that changed nothing, and where no lines are kept. */
export const nothingReplaced: Replaced = { changed: 0, refused: undefined }

/** Applies the outcomes of a full message, and closes the lines that it leaves out. */
export const replaceLines = (work: Work, target: LineTarget, outcomes: GameData["outcomes"]): Replaced => {
  const { game, cause } = target
  const before = game.lines.size
  let changed = 0
  let listed = 0
  let unfit: Array<string> | undefined
  for (const key in outcomes) {
    const wasKnown = before > 0 && game.lines.has(key)
    const applied = applyWithin(work, target, key, outcomes[key])
    if (applied === "changed" || applied === "excluded") changed++
    else if (isBound(applied)) (unfit ??= []).push(key)
    if (wasKnown) listed++
  }
  if (listed < before) {
    for (const line of game.lines.values()) {
      if (Object.hasOwn(outcomes, line.outcome)) continue
      closeLine(work, game, line, { cause, late: isLate(target, line) })
      changed++
    }
  }
  let count = 0
  let ofKnown = false
  let beyond: StateLimit | undefined
  // Lines that closed have made room.
  for (const key of unfit ?? none) {
    const applied = applyWithin(work, target, key, outcomes[key])
    if (applied === "changed") changed++
    else if (isBound(applied)) {
      beyond = applied
      count++
      ofKnown ||= game.lines.has(key)
    }
  }
  if (target.factsChanged) changed += retarget(work, target)
  if (beyond === undefined && changed === 0) return nothingReplaced
  return { changed, refused: beyond === undefined ? undefined : { bound: beyond, count, ofKnown } }
}

const none: ReadonlyArray<string> = []

/** What became of one outcome: `excluded` closed its line, `filtered` was of no known one. */
export type Applied = "changed" | "same" | "excluded" | "filtered" | StateLimit

/** Whether an outcome did not fit: the bound that it is beyond. */
export const isBound = (applied: Applied): applied is StateLimit =>
  applied !== "changed" && applied !== "same" && applied !== "excluded" && applied !== "filtered"

const excluded = { cause: "filters", late: false } as const

/** Applies one outcome, unless the market filters exclude it: then its line closes, where there is one. */
export const applyWithin = (
  work: Work,
  target: LineTarget,
  key: string,
  value: unknown,
): Applied => {
  const { match } = target.session
  if (match !== undefined && match.hasMarkets) {
    const market = (value as { outcome_name?: unknown } | null)?.outcome_name
    if (typeof market === "string" && !match.market(market)) {
      work.core.counts.filtered++
      const known = target.game.lines.get(key)
      if (known === undefined) return "filtered"
      closeLine(work, target.game, known, excluded)
      return "excluded"
    }
  }
  return applyOutcome(work, target, key, value)
}
