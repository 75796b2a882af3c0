/** The games of which a lane lost records, until a resnapshot brings them again. */
import { type Change, isLineChange } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import { joinLosses, type Loss } from "./Loss.ts"
import { type LostGame, mostLostGames } from "./LostGame.ts"
import { isRestoringGame } from "./streamControls.ts"
import { lossScope, lostGameId } from "./lossScope.ts"

/** The losses in one game. */
export interface GameLoss {
  readonly game: LostGame
  /** All that was lost of it, by run. */
  readonly losses: ReadonlyMap<string, Loss>
  /** The number of its last loss among all losses of the lane. */
  readonly nth: number
  /** A record that may have moved it to another session is lost: its lines cannot be related to a session. */
  readonly isUnplaced: boolean
}

/** By the id of the game. */
export type GameLosses = ReadonlyMap<string, GameLoss>

/** A loss that concerns one game. */
export type LossInGame = Loss & { readonly game: LostGame }

/** Lost records, divided by what they mean to the reader. */
export interface DividedLosses {
  readonly games: ReadonlyArray<LossInGame>
  /** Lost records on which no belief depends. */
  readonly information: ReadonlyArray<Envelope<unknown>>
}

/** Lost envelopes by what they mean; undefined where they mean everything. */
export const divideLosses = (
  reason: string,
  envelopes: ReadonlyArray<Envelope<unknown>>,
): DividedLosses | undefined => {
  const games = new Map<string, LossInGame>()
  const information: Array<Envelope<unknown>> = []
  for (const envelope of envelopes) {
    const scope = lossScope(envelope)
    if (scope === "everything") return undefined
    if (scope === "nothing") {
      information.push(envelope)
      continue
    }
    const { session, epoch } = envelope.value as Change
    const { run, seq, at } = envelope
    const named = run === undefined ? {} : { run }
    const one = { reason, ...named, count: 1, firstSeq: seq, lastSeq: seq, at, session, epoch, game: scope }
    const key = `${run ?? ""}\u0000${lostGameId(scope)}`
    const older = games.get(key)
    games.set(key, older === undefined ? one : { ...joinLosses(older, one), game: scope })
    if (games.size > mostLostGames) return undefined
  }
  return { games: [...games.values()], information }
}

/** Whether these can be lost as well without everything being lost. */
export const hasRoomFor = (games: GameLosses, losses: ReadonlyArray<LossInGame>): boolean => {
  const ids = new Set(games.keys())
  for (const { game } of losses) ids.add(lostGameId(game))
  return ids.size <= mostLostGames
}

/** The games with these losses added, which are number `nth` of the lane. `isUnplaced`: a session may have changed. */
export const addLosses = (
  games: GameLosses,
  losses: ReadonlyArray<LossInGame>,
  nth: number,
  isUnplaced: boolean,
): GameLosses => {
  const next = new Map(games)
  for (const loss of losses) {
    const id = lostGameId(loss.game)
    const known = next.get(id)
    const run = loss.run ?? ""
    const older = known?.losses.get(run)
    next.set(id, {
      game: loss.game,
      losses: new Map(known?.losses).set(run, older === undefined ? loss : joinLosses(older, loss)),
      nth,
      isUnplaced: isUnplaced || known?.isUnplaced === true,
    })
  }
  return next
}

/** All losses in these games. */
export const lossesIn = (games: GameLosses): ReadonlyArray<Loss> =>
  Array.from(games.values(), ({ losses }) => [...losses.values()]).flat()

/** Whether a control says of a lost game that it is verified: the resnapshot says more. */
export const isRestored = (games: GameLosses, envelope: Envelope<unknown>): boolean =>
  games.size > 0 && isRestoringGame(envelope) && lossOf(games, envelope) !== undefined

/**
 * Whether a record would make its reader believe what may be over: it was made before the loss of a record of its game,
 * and is delivered after it. `run`: the lane's own.
 */
export const isOutdated = (games: GameLosses, run: string, envelope: Envelope<unknown>): boolean => {
  const { _tag, value } = envelope
  if (games.size === 0 || _tag !== "Record" || !isBelieved(value)) return false
  const loss = lossOf(games, envelope)
  if (loss === undefined) return false
  if (loss.isUnplaced || isOfAnotherRun(envelope, run)) return true
  // Records of one snapshot share a number.
  for (const { lastSeq } of loss.losses.values()) if (value.seq <= lastSeq) return true
  return false
}

/** Whether an envelope is from an earlier process: a store gave it. */
export const isOfAnotherRun = ({ run }: Envelope<unknown>, own: string): boolean => run !== undefined && run !== own

/** Whether a lost record may have moved its game to another session. */
export const mayMove = ({ value }: Envelope<unknown>): boolean =>
  typeof value === "object" && value !== null && "change" in value && !isLineChange(value as Change)

const lossOf = (games: GameLosses, envelope: Envelope<unknown>): GameLoss | undefined => {
  const scope = lossScope(envelope)
  return typeof scope === "string" ? undefined : games.get(lostGameId(scope))
}

/** Whether a reader believes a price, or a game to be whole, because of this record. */
const isBelieved = (value: unknown): value is Change => {
  if (typeof value !== "object" || value === null || !("change" in value) || !("seq" in value)) return false
  const { change } = value as Change
  return change !== "line_closed" && change !== "game_closed" && change !== "game_amended"
}
