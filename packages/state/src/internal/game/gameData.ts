/** Line updates and full messages, applied to their game. */
import type { ChangeCause, DataMessage, Millis } from "@boltodds/protocol"
import type { StateLimit } from "../../Limits.ts"
import { type LineTarget, retarget } from "../line/lines.ts"
import { applyWithin, isBound, nothingReplaced, replaceLines } from "../line/outcomes.ts"
import { limitGame } from "../limits.ts"
import type { Work } from "../work.ts"
import { reportStart } from "./facts.ts"
import { learn, touch } from "./games.ts"
import { invalidateOtherKeys } from "./sameGame.ts"
import { isBefore, type Sent } from "./sentAt.ts"
import { isGameVerified, isMerelyPartial } from "../verification.ts"
import type { Game, SportsbookEntry } from "../model.ts"
import type { SessionState } from "../session/SessionState.ts"

/** A message about a game, and where it arrived. */
export interface Arrival extends Sent {
  readonly session: SessionState
  readonly entry: SportsbookEntry
  readonly message: DataMessage
}

/** Applies a line update: what it names of the game is verified. One of `known` and `opened` is there. */
export const updateLines = (
  work: Work,
  arrival: Arrival,
  known: Game | undefined,
  opened: Game | undefined,
): void => {
  const { session, entry, message: { data }, sentAt, at } = arrival
  const game = opened ?? work.game(entry, known!)
  const from = work.records.length
  const { touchedAt } = game
  game.namedEpoch = session.epoch
  touch(work, entry, game)
  let factsChanged = false
  if (known === undefined) work.gameChange("game_opened", game, causeOf(session, entry, undefined))
  else {
    factsChanged = learn(work, entry, game, data)
    if (factsChanged) work.gameChange("game_amended", game, "feed")
  }
  reportStart(work, game, data)
  if (work.core.depth === "sync") return
  const target = {
    session,
    entry,
    game,
    cause: "feed" as const,
    sentAt,
    late: isBefore(sentAt, game.fullSentAt),
    factsChanged,
    full: false,
  }
  const { outcomes } = data
  let beyond: StateLimit | undefined
  let count = 0
  let ofKnown = false
  for (const key in outcomes) {
    const applied = applyWithin(work, target, key, outcomes[key])
    if (isBound(applied)) {
      beyond = applied
      count++
      ofKnown ||= game.lines.has(key)
    }
  }
  if (factsChanged) retarget(work, target)
  if (beyond !== undefined) {
    limitGame(work, { session, entry, game, at }, { bound: beyond, count, ofKnown }, { from, touchedAt })
  }
}

/** Applies a full message: all of the game is verified, where all of it fits. One of `known` and `opened` is there. */
export const replaceGame = (
  work: Work,
  arrival: Arrival,
  known: Game | undefined,
  opened: Game | undefined,
): void => {
  const { session, entry, message, sentAt, at } = arrival
  const { data } = message
  const from = work.records.length
  const cause = causeOf(session, entry, known)
  const wasVerified = known === undefined || isGameVerified(session, entry, known)
  const game = opened ?? work.game(entry, known!)
  const { touchedAt } = game
  let factsChanged = false
  let isNewKey = known === undefined
  if (known === undefined) work.gameChange("game_opened", game, cause)
  else {
    const id = game.universal_game_id
    factsChanged = learn(work, entry, game, data)
    const completed = game.partial
    isNewKey = completed || id !== game.universal_game_id
    game.partial = false
    if (factsChanged || completed) work.gameChange("game_amended", game, cause)
  }
  reportStart(work, game, data)
  const target: LineTarget = {
    session,
    entry,
    game,
    cause,
    sentAt,
    late: isBefore(sentAt, game.fullSentAt),
    factsChanged,
    full: true,
  }
  const replaced = work.core.depth === "book" ? replaceLines(work, target, data.outcomes) : nothingReplaced
  const { changed, refused } = replaced
  if (refused === undefined) {
    game.confirmedAt = work.core.moment
    game.limited = undefined
  }
  game.fullEpoch = session.epoch
  touch(work, entry, game)
  game.unread = undefined
  game.namedEpoch = session.epoch
  if (sentAt !== null && !isBefore(sentAt, game.fullSentAt)) game.fullSentAt = sentAt
  if (refused !== undefined) {
    limitGame(work, { session, entry, game, at }, refused, { from, touchedAt })
  } else if (!wasVerified) {
    work.control("game_verified", {
      sport: game.sport,
      sportsbook: game.sportsbook,
      game: game.game,
      lines: game.lines.size,
      changed,
    })
  }
  if (isNewKey) invalidateOtherKeys(work, entry, game)
  const progress = message.action === "initial_state" || !wasVerified
  if (message.action === "initial_state") session.settling.initialStates++
  if (session.gap !== undefined) {
    session.gap.verifiedGames += (wasVerified && known !== undefined) || refused !== undefined ? 0 : 1
    session.gap.changedLines += changed
  }
  if (progress && (session.settling.isSyncing || session.settling.isIncomplete)) settleLater(work, session, at)
}

/** The snapshot progressed: it settles after a while of reading, which cannot pass while we are paused. */
const settleLater = (work: Work, session: SessionState, at: Millis): void => {
  session.settling.progressAt = at
  const { settleMillis } = work.core.options
  if (session.pause !== undefined) {
    session.settling.rest = settleMillis
    return
  }
  session.settling.dueAt = at + settleMillis
  work.arm(session.settling.dueAt)
}

/** The cause of changes in a full message: what was unverified, or appears while a gap is open, is `resync`. */
const causeOf = (session: SessionState, entry: SportsbookEntry, game: Game | undefined): ChangeCause => {
  const inGap = session.gap !== undefined
  if (game === undefined) return inGap ? "resync" : "feed"
  // A game that is merely partial was never unverified: the rest of it is new, unless a gap hid its beginning.
  if (isMerelyPartial(session, entry, game)) return inGap ? "resync" : "feed"
  return isGameVerified(session, entry, game) ? "feed" : "resync"
}
