/**
 * What a sportsbook removed a moment ago. The feed promises no order: an update from before a removal can arrive after it,
 * and must not bring the game back with prices that nobody quotes.
 */
import { type Millis, parseTimestamp } from "@boltodds/protocol"
import { isAhead, isBefore, type Sent } from "./sentAt.ts"
import { removalBytes } from "../size.ts"
import type { Work } from "../work.ts"
import type { Core } from "../Core.ts"
import { cleared, type Removal, type SportsbookEntry } from "../model.ts"
import type { SessionState } from "../session/SessionState.ts"

/** Late arrivals come within moments. What comes later is new, whatever the server's clock says: it may be set back. */
const rememberedMillis = 10_000

/** In one sportsbook; of more, one time stands for all. */
const mostRemembered = 256

/**
 * Remembers when the server said that a game is gone. Without its time nothing can be compared. Where there is no room
 * for it, the sportsbook counts as cleared: what was sent before is late, whatever game it is about.
 */
export const rememberRemoval = (
  { core }: Work,
  entry: SportsbookEntry,
  game: string,
  { sentAt, at }: Sent,
): void => {
  if (sentAt === null) return
  let removal = latest(entry.removals.get(game), { sentAt, at, stampedAt: at })
  forget(core, entry, game)
  if (entry.removals.size >= mostRemembered) forgetPast(core, entry, at)
  const isFull = entry.removals.size >= mostRemembered
  if (isFull || core.bytes + removalBytes(game, removal) > core.options.limits.bytes) {
    // It stands for all of them: what is late for one of them is late for it.
    for (const known of entry.removals.values()) removal = latest(known, removal)
    forgetRemovals(core, entry)
    game = cleared
  }
  entry.removals.set(game, removal)
  core.bytes += removalBytes(game, removal)
}

/** A removal that came now, with the server's time of an earlier one that was sent later and still counts. */
const latest = (known: Removal | undefined, removal: Removal): Removal => {
  if (known === undefined || removal.at - known.at > rememberedMillis) return removal
  const isLater = isBefore(removal.sentAt, known.sentAt) || parseTimestamp(removal.sentAt) === undefined
  return isLater ? { ...known, at: removal.at } : removal
}

/** Remembers when the server cleared a sportsbook, or one sport of it: known games or not, all of them are gone. */
export const rememberClear = (
  work: Work,
  entry: SportsbookEntry,
  sport: string | undefined,
  sent: Sent,
): void => rememberRemoval(work, entry, sport === undefined ? cleared : cleared + sport, sent)

/**
 * Remembers a removal or clear that is refused because its sportsbook or session does not fit. There is room for one time:
 * the latest stands for all. A sportsbook that is new on this connection begins as one that was cleared then.
 */
export const rememberRefused = (
  holder: { refusedRemoval: Removal | undefined },
  { sentAt, at }: Sent,
): void => {
  if (sentAt !== null) holder.refusedRemoval = latest(holder.refusedRemoval, { sentAt, at, stampedAt: at })
}

const forget = (core: Core, entry: SportsbookEntry, name: string): void => {
  const removal = entry.removals.get(name)
  if (removal === undefined) return
  entry.removals.delete(name)
  core.bytes -= removalBytes(name, removal)
}

const forgetPast = (core: Core, entry: SportsbookEntry, at: Millis): void => {
  for (const [name, removal] of entry.removals) if (at - removal.at > rememberedMillis) forget(core, entry, name)
}

/** Forgets what a sportsbook removed. */
export const forgetRemovals = (core: Core, entry: SportsbookEntry): void => {
  for (const name of entry.removals.keys()) forget(core, entry, name)
}

/** Whether a sportsbook may have removed anything a moment ago: it has not been silent since. */
export const mayRemember = (entry: SportsbookEntry, at: Millis): boolean =>
  entry.removals.size > 0 && at - entry.receivedAt <= rememberedMillis

/** Filters close these games: what was sent before they reached the server may still come once others let it in again. */
export const rememberExcluded = (session: SessionState, games: ReadonlyArray<string>, at: Millis): void => {
  session.excluded.games = new Set([...(at <= session.excluded.until ? session.excluded.games : []), ...games])
  session.excluded.until = session.excluded.games.size === 0 ? -Infinity : at + rememberedMillis
}

/** What no sportsbook is called divides the two. */
export const excludedName = (sportsbook: string, game: string): string => `${sportsbook}\u0000${game}`

/**
 * Whether a message about a game that is not known may have been sent before filters closed it. Only an initial state is
 * certain to be sent after that. Any other may miss what moved meanwhile.
 */
export const isFromEarlierFilters = (session: SessionState, sportsbook: string, game: string, at: Millis): boolean =>
  at <= session.excluded.until && session.excluded.games.has(excludedName(sportsbook, game))

/**
 * Whether a message about a game that is not known was sent before the game was removed.
 *
 * A full state is not compared with a removal whose stamp was ahead of our clock when it came. Such a stamp is wrong by
 * an unknown amount, and a full state that is dropped leaves its game missing or partial until the next one.
 */
export const isLateArrival = (
  entry: SportsbookEntry,
  { sport, game }: { readonly sport: string; readonly game: string },
  isFull: boolean,
  { sentAt, at }: Sent,
): boolean => {
  const { removals } = entry
  if (removals.size === 0) return false
  const isAfter = (name: string): boolean => {
    const removal = removals.get(name)
    if (removal === undefined || at - removal.at > rememberedMillis) return false
    return isBefore(sentAt, removal.sentAt) && !(isFull && isAhead(removal.sentAt, removal.stampedAt))
  }
  if (isAfter(game) || isAfter(cleared)) return true
  if (sport !== "") return isAfter(cleared + sport)
  // A game whose sport is not given may be of each sport that was cleared.
  for (const name of removals.keys()) if (name.startsWith(cleared) && isAfter(name)) return true
  return false
}
