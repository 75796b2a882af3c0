/** Messages applied to the book, with the scopes PROTOCOL gives them. */
import {
  type DataMessage,
  type FeedMessage,
  type FilterMatch,
  type GameData,
  type Item,
  mentionsIn,
  type Millis,
} from "@boltodds/protocol"
import { closeGame, newGame, openGame } from "./games.ts"
import { type Arrival, replaceGame, updateLines } from "./gameData.ts"
import { noteLag } from "../deadline/lateness.ts"
import { noteArrived } from "../session/awaited.ts"
import {
  factsBeyond,
  gameBeyond,
  limitGame,
  longName,
  makeRoomForSportsbook,
  refuseBeyond,
  refuseName,
} from "../limits.ts"
import { reportNotice } from "../session/notices.ts"
import { quarantineMessage, takeUnknown } from "../session/notUnderstood.ts"
import { isFromEarlierFilters, isLateArrival, rememberClear, rememberRefused, rememberRemoval } from "./removals.ts"
import { clearRestored, refuseRestored, takeOver } from "../session/restored.ts"
import { type Sent, serverTime } from "./sentAt.ts"
import type { Work } from "../work.ts"
import type { Game, SportsbookEntry } from "../model.ts"
import type { SessionState } from "../session/SessionState.ts"

/** Applies one item of a frame. */
export const applyItem = (work: Work, session: SessionState, at: Millis, item: Item): void => {
  if (item._tag !== "Message") {
    if (item._tag === "Unknown") takeUnknown(work, session, item, at)
    else quarantineMessage(work, session, item, at)
    return reportNotice(work, session, at, item)
  }
  const message = item.message
  switch (message.action) {
    case "line_update":
    case "initial_state":
    case "game_update":
    case "game_added":
    case "game_removed":
      return applyData(work, session, at, message)
    case "book_clear":
    case "sport_clear": {
      const { sportsbook, sport } = message.data
      const sent = { sentAt: serverTime(message.timestamp), at }
      work.sentAt(sent.sentAt)
      const { characters } = work.core.options.limits
      if (sportsbook.length > characters) return refuseName(work, session, at, {})
      // No game has a sport with a name that is too long, but one without a sport may be of it.
      const isLong = typeof sport === "string" && sport.length > characters
      if (isLong) refuseName(work, session, at, { sportsbook })
      const beyond = session.sportsbooks.has(sportsbook)
        ? undefined
        : makeRoomForSportsbook(work, session, sportsbook, at)
      // A game whose sport is not known may be of this one: it must not stay live.
      const isCleared = (game: Game): boolean =>
        message.action === "book_clear" || game.sport === sport || game.sport === ""
      if (beyond !== undefined) {
        rememberRefused(session, sent)
        if (work.core.resumes !== undefined) clearRestored(work, sportsbook, isCleared, message.action)
        return isLong ? undefined : refuseBeyond(work, session, { at, scope: { sportsbook }, bound: beyond })
      }
      const entry = listen(work, session, sportsbook, sent)
      rememberClear(work, entry, message.action === "book_clear" || isLong ? undefined : message.data.sport, sent)
      for (const game of entry.games.values()) if (isCleared(game)) closeGame(work, entry, game, message.action)
      if (work.core.resumes !== undefined) clearRestored(work, sportsbook, isCleared, message.action)
      return
    }
    case "socket_connected":
    case "subscription_updated":
    case "ping":
    case "error":
      // Prices where none belong: whatever it is, it is not what its action says.
      if (mayHoldPrices(message)) {
        return takeUnknown(work, session, { action: message.action, value: message, text: item.text }, at)
      }
      return reportNotice(work, session, at, item)
  }
}

const mayHoldPrices = (message: FeedMessage): boolean => {
  const fields: Readonly<Record<string, unknown>> = message
  for (const field in fields) {
    const value = fields[field]
    if (typeof value === "object" && value !== null) return mentionsIn(message).hasPrices
  }
  return false
}

const applyData = (work: Work, session: SessionState, at: Millis, message: DataMessage): void => {
  const { data } = message
  const { counts } = work.core
  const sent = { sentAt: serverTime(message.timestamp), at }
  const { sentAt } = sent
  work.sentAt(sentAt)
  if (session.match !== undefined) {
    const filtered = session.sportsbooks.get(data.sportsbook)?.games.get(data.game)
    if (!isWithin(session.match, data, filtered)) {
      counts.filtered++
      // A known game that says of itself that it is outside the filters has no place in the book.
      if (filtered !== undefined) closeGame(work, work.sportsbook(session, data.sportsbook), filtered, "filters")
      return
    }
  }
  const removed = message.action === "game_removed"
  const long = longName(work.core, data, removed)
  if (long !== undefined) return refuseName(work, session, at, long)
  if (!session.sportsbooks.has(data.sportsbook)) {
    const beyond = makeRoomForSportsbook(work, session, data.sportsbook, at)
    if (beyond !== undefined) {
      // What is removed there was not kept.
      if (removed) rememberRefused(session, sent)
      else session.isLimited = true
      if (work.core.resumes !== undefined) refuseRestored(work, data, removed)
      return refuseBeyond(work, session, { at, scope: { sportsbook: data.sportsbook, game: data.game }, bound: beyond })
    }
  }
  if (session.awaited.names !== undefined) session.awaited.names = noteArrived(session.awaited.names, data)
  const entry = listen(work, session, data.sportsbook, sent)
  const arrival: Arrival = { session, entry, message, sentAt, at }
  if (sentAt !== null && message.action !== "initial_state") noteLag(work, arrival, message.action !== "line_update")
  const known = entry.games.get(data.game) ??
    (work.core.resumes === undefined ? undefined : takeOver(work, entry, data))
  // Also where another session has the game: what was sent to this one before may still come once no session has it.
  if (removed) rememberRemoval(work, entry, data.game, sent)
  const owner = known === undefined ? otherOwner(work, session, data) : undefined
  if (owner !== undefined) {
    if (!owner.isOutside) {
      counts.overlapping++
      return
    }
    closeGame(work, work.sportsbook(work.ownSession(owner.session), data.sportsbook), owner.game, "feed")
  }
  if (removed) {
    if (known !== undefined) closeGame(work, entry, known, "feed")
    return
  }
  if (known === undefined) {
    const isOld = isLateArrival(entry, data, message.action !== "line_update", sent) ||
      (message.action !== "initial_state" && isFromEarlierFilters(session, data.sportsbook, data.game, at))
    if (isOld) {
      counts.lateArrivals++
      return
    }
    work.expectSportsbooks(session, at)
  }
  const game = known === undefined ? newGame(work, session, data, message.action === "line_update") : undefined
  const beyond = known === undefined ? gameBeyond(work.core, game!) : factsBeyond(work.core, known, data)
  if (beyond !== undefined) {
    session.isLimited = true
    if (known === undefined) {
      return refuseBeyond(work, entry, { at, scope: { sportsbook: data.sportsbook, game: data.game }, bound: beyond })
    }
    const refused = { bound: beyond, count: 1, ofKnown: true }
    return limitGame(work, { session, entry, game: known, at }, refused, {
      from: work.records.length,
      touchedAt: known.touchedAt,
    })
  }
  if (game !== undefined) openGame(work, entry, game)
  if (message.action === "line_update") updateLines(work, arrival, known, game)
  else replaceGame(work, arrival, known, game)
}

/** Whether a message is within the filters. */
const isWithin = (match: FilterMatch, data: GameData, known: Game | undefined): boolean => {
  // A sport left empty is the one that is known.
  const sport = data.sport === "" && known !== undefined ? known.sport : data.sport
  return match.game(sport, data.sportsbook, data.game)
}

/** Notes that a sportsbook sent something. */
const listen = (
  work: Work,
  session: SessionState,
  sportsbook: string,
  { sentAt, at }: Sent,
): SportsbookEntry => {
  if (sentAt !== null) {
    session.received.sentAt = sentAt
    session.received.sentArrivedAt = at
  }
  const entry = work.sportsbook(session, sportsbook)
  entry.receivedAt = at
  // One that was late when its connection ended is not known to be late on this one.
  if (entry.stale === "book_silent" || (entry.stale === "late" && entry.lag === undefined)) {
    entry.stale = undefined
    work.expectSportsbooks(session, at)
    work.control("fresh", { sportsbook })
  }
  return entry
}

/** The session that has a game, where it is not this one. */
interface OtherOwner {
  readonly session: SessionState
  readonly game: Game
  /** Its filters exclude the game by now, as the game is of another sport: it would get no messages of it any more. */
  readonly isOutside: boolean
}

const otherOwner = ({ core }: Work, session: SessionState, data: GameData): OtherOwner | undefined => {
  if (core.sessions.size < 2) return undefined
  for (const other of core.sessions.values()) {
    const game = other.name === session.name ? undefined : other.sportsbooks.get(data.sportsbook)?.games.get(data.game)
    if (game === undefined) continue
    const isOutside = data.sport !== "" && other.match?.game(data.sport, data.sportsbook, data.game) === false
    return { session: other, game, isOutside }
  }
  return undefined
}
