/** Messages applied to the book, with the scopes PROTOCOL gives them. */
import {
  type ChangeCause,
  type DataMessage,
  type FeedMessage,
  type FilterMatch,
  type GameData,
  type Item,
  mentionsIn,
  type Millis,
} from "@boltodds/protocol"
import type { StateLimit } from "../../Limits.ts"
import { closeGame } from "./closeGame.ts"
import { reportStart, takeFacts } from "./facts.ts"
import { noteLag } from "../deadline/lateness.ts"
import { withoutArrived } from "../session/awaited.ts"
import { applyOutcome, closeLine, isLate, type LineTarget, retarget } from "../line/lines.ts"
import {
  factsBeyond,
  gameBeyond,
  limitGame,
  longName,
  refuseBeyond,
  type Refused,
  refuseName,
  sportsbookBeyond,
} from "../limits.ts"
import { type Game, isGameVerified, type SessionState, type SportsbookEntry } from "../model.ts"
import { reportNotice } from "../session/notices.ts"
import { quarantineMessage, takeUnknown } from "../session/notUnderstood.ts"
import { isFromEarlierFilters, isLateArrival, rememberClear, rememberRefused, rememberRemoval } from "./removals.ts"
import { clearRestored, refuseRestored, takeOver } from "../session/restored.ts"
import { indexById, invalidateOtherKeys } from "./sameGame.ts"
import { isBefore, serverTime } from "./sentAt.ts"
import { factBytes } from "../size.ts"
import type { Work } from "../work.ts"

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
      const sentAt = serverTime(message.timestamp)
      work.sentAt(sentAt)
      const { characters } = work.core.options.limits
      if (sportsbook.length > characters) return refuseName(work, session, at, {})
      // No game has a sport with a name that is too long, but one without a sport may be of it.
      const isLong = typeof sport === "string" && sport.length > characters
      if (isLong) refuseName(work, session, at, { sportsbook })
      const beyond = session.sportsbooks.has(sportsbook) ? undefined : sportsbookBeyond(work, session, sportsbook, at)
      // A game whose sport nobody named may be of this one: it must not stay believed.
      const isCleared = (game: Game): boolean =>
        message.action === "book_clear" || game.sport === sport || game.sport === ""
      if (beyond !== undefined) {
        rememberRefused(session, sentAt, at)
        if (work.core.resumes !== undefined) clearRestored(work, sportsbook, isCleared, message.action)
        return isLong ? undefined : refuseBeyond(work, session, at, { sportsbook }, beyond)
      }
      const entry = listen(work, session, sportsbook, at, sentAt)
      rememberClear(work, entry, message.action === "book_clear" || isLong ? undefined : message.data.sport, sentAt, at)
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
  const sentAt = serverTime(message.timestamp)
  work.sentAt(sentAt)
  if (session.match !== undefined && !passes(work, session, session.match, data)) {
    counts.filtered++
    return
  }
  const removed = message.action === "game_removed"
  const long = longName(work.core, data, removed)
  if (long !== undefined) return refuseName(work, session, at, long)
  if (!session.sportsbooks.has(data.sportsbook)) {
    const beyond = sportsbookBeyond(work, session, data.sportsbook, at)
    if (beyond !== undefined) {
      // What is removed there was not kept.
      if (removed) rememberRefused(session, sentAt, at)
      else session.isLimited = true
      if (work.core.resumes !== undefined) refuseRestored(work, data, removed)
      return refuseBeyond(work, session, at, { sportsbook: data.sportsbook, game: data.game }, beyond)
    }
  }
  if (session.awaited !== undefined) session.awaited = withoutArrived(session.awaited, data)
  const entry = listen(work, session, data.sportsbook, at, sentAt)
  if (sentAt !== null && message.action !== "initial_state") {
    noteLag(work, session, entry, at, sentAt, message.action !== "line_update")
  }
  const known = entry.games.get(data.game) ??
    (work.core.resumes === undefined ? undefined : takeOver(work, entry, data))
  // Whoever has the game now: what was sent to this session before may still come once nobody has it.
  if (removed) rememberRemoval(work, entry, data.game, sentAt, at)
  if (known === undefined && ownedElsewhere(work, session, data)) {
    counts.overlapping++
    return
  }
  if (removed) {
    if (known !== undefined) closeGame(work, entry, known, "feed")
    return
  }
  if (known === undefined) {
    const isOld = isLateArrival(entry, data, message.action !== "line_update", sentAt, at) ||
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
      return refuseBeyond(work, entry, at, { sportsbook: data.sportsbook, game: data.game }, beyond)
    }
    const refused = { bound: beyond, count: 1, ofKnown: true }
    return limitGame(work, session, entry, known, at, refused, work.records.length, known.touchedAt)
  }
  if (game !== undefined) openGame(work, entry, game)
  if (message.action === "line_update") updateLines(work, session, entry, known, game, data, sentAt, at)
  else replaceGame(work, session, entry, known, game, message, sentAt, at)
}

/** Whether a message is within the filters. A game we know that says of itself it is outside them is closed. */
const passes = (work: Work, session: SessionState, match: FilterMatch, data: GameData): boolean => {
  const known = session.sportsbooks.get(data.sportsbook)?.games.get(data.game)
  // A sport left empty is the one that is known.
  const sport = data.sport === "" && known !== undefined ? known.sport : data.sport
  if (match.game(sport, data.sportsbook, data.game)) return true
  if (known !== undefined) closeGame(work, work.sportsbook(session, data.sportsbook), known, "filters")
  return false
}

/** Notes that a book spoke. */
const listen = (
  work: Work,
  session: SessionState,
  sportsbook: string,
  at: Millis,
  sentAt: string | null,
): SportsbookEntry => {
  if (sentAt !== null) {
    session.lastSentAt = sentAt
    session.lastSentArrivedAt = at
  }
  const entry = work.sportsbook(session, sportsbook)
  entry.heardAt = at
  // One that was late when its connection ended is not so on this one, as far as anybody knows.
  if (entry.stale === "book_silent" || (entry.stale === "late" && entry.lag === undefined)) {
    entry.stale = undefined
    work.expectSportsbooks(session, at)
    work.control("fresh", { sportsbook })
  }
  return entry
}

/**
 * Whether another session has the game. One that would not be told of it any more, as the game is of another sport now,
 * loses it: what it knows of it would stay as it is.
 */
const ownedElsewhere = (work: Work, session: SessionState, data: GameData): boolean => {
  if (work.core.sessions.size < 2) return false
  for (const other of work.core.sessions.values()) {
    const game = other.name === session.name ? undefined : other.sportsbooks.get(data.sportsbook)?.games.get(data.game)
    if (game === undefined) continue
    const isLost = data.sport !== "" && other.match?.game(data.sport, data.sportsbook, data.game) === false
    if (isLost) closeGame(work, work.sportsbook(work.ownSession(other), data.sportsbook), game, "feed")
    return !isLost
  }
  return false
}

/** A game that is not in the book yet. */
const newGame = (work: Work, session: SessionState, data: GameData, partial: boolean): Game => {
  const game: Game = {
    owner: work.owner,
    sport: data.sport,
    sportsbook: data.sportsbook,
    game: data.game,
    universal_game_id: null,
    book_game_id: null,
    home_team: null,
    away_team: null,
    starts_at: null,
    partial,
    fullEpoch: 0,
    heardEpoch: session.epoch,
    fullSentAt: null,
    openedAt: work.core.moment,
    when: null,
    startFault: "none",
    confirmedAt: partial ? -1 : work.core.moment,
    invalidatedAt: 0,
    touchedAt: work.core.moment,
    unread: undefined,
    limited: undefined,
    factBytes: 0,
    lineBytes: 0,
    lines: new Map(),
  }
  takeFacts(game, data)
  game.factBytes = factBytes(game)
  return game
}

const openGame = (work: Work, entry: SportsbookEntry, game: Game): void => {
  indexById(work, entry, game.game, null, game.universal_game_id)
  entry.games.set(game.game, game)
  work.core.games++
  work.core.bytes += game.factBytes
  touch(work, entry, game)
}

/** A message was applied: something of the game may be verified again. */
const touch = (work: Work, entry: SportsbookEntry, game: Game): void => {
  game.touchedAt = work.core.moment
  entry.touchedAt = work.core.moment
}

/** Takes the facts of a message into a game that is known. */
const learn = (work: Work, entry: SportsbookEntry, game: Game, data: GameData): boolean => {
  const id = game.universal_game_id
  const changed = takeFacts(game, data)
  if (!changed) return false
  indexById(work, entry, game.game, id, game.universal_game_id)
  const bytes = factBytes(game)
  work.core.bytes += bytes - game.factBytes
  game.factBytes = bytes
  return true
}

const updateLines = (
  work: Work,
  session: SessionState,
  entry: SportsbookEntry,
  known: Game | undefined,
  opened: Game | undefined,
  data: GameData,
  sentAt: string | null,
  at: Millis,
): void => {
  const game = opened ?? work.game(entry, known!)
  const from = work.records.length
  const { touchedAt } = game
  game.heardEpoch = session.epoch
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
    limitGame(work, session, entry, game, at, { bound: beyond, count, ofKnown }, from, touchedAt)
  }
}

const replaceGame = (
  work: Work,
  session: SessionState,
  entry: SportsbookEntry,
  known: Game | undefined,
  opened: Game | undefined,
  message: DataMessage,
  sentAt: string | null,
  at: Millis,
): void => {
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
  const replaced = work.core.depth === "book"
    ? replaceLines(work, session, entry, game, data, cause, sentAt, factsChanged)
    : nothingReplaced
  const { changed, refused } = replaced
  if (refused === undefined) {
    game.confirmedAt = work.core.moment
    game.limited = undefined
  }
  game.fullEpoch = session.epoch
  touch(work, entry, game)
  game.unread = undefined
  game.heardEpoch = session.epoch
  if (sentAt !== null && !isBefore(sentAt, game.fullSentAt)) game.fullSentAt = sentAt
  if (refused !== undefined) {
    limitGame(work, session, entry, game, at, refused, from, touchedAt)
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
  if (message.action === "initial_state") session.initialStates++
  if (session.gapSince !== undefined) {
    session.verifiedGames += (wasVerified && known !== undefined) || refused !== undefined ? 0 : 1
    session.changedLines += changed
  }
  if (progress && (session.syncing || session.unsettled)) settleLater(work, session, at)
}

/** The snapshot progressed: it settles after a while of reading, which cannot pass while we are paused. */
const settleLater = (work: Work, session: SessionState, at: Millis): void => {
  session.progressAt = at
  const { settleMillis } = work.core.options
  if (session.pausedAt !== undefined) {
    session.settleRest = settleMillis
    return
  }
  session.settleAt = at + settleMillis
  work.arm(session.settleAt)
}

/** What a full message did to the lines of its game. */
interface Replaced {
  readonly changed: number
  /** Outcomes that did not fit. */
  readonly refused: Refused | undefined
}

const nothingReplaced: Replaced = { changed: 0, refused: undefined }

const replaceLines = (
  work: Work,
  session: SessionState,
  entry: SportsbookEntry,
  game: Game,
  data: GameData,
  cause: ChangeCause,
  sentAt: string | null,
  factsChanged: boolean,
): Replaced => {
  const target = {
    session,
    entry,
    game,
    cause,
    sentAt,
    late: isBefore(sentAt, game.fullSentAt),
    factsChanged,
    full: true,
  }
  const { outcomes } = data
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
      closeLine(work, game, line, cause, isLate(target, line))
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
  if (factsChanged) changed += retarget(work, target)
  if (beyond === undefined && changed === 0) return nothingReplaced
  return { changed, refused: beyond === undefined ? undefined : { bound: beyond, count, ofKnown } }
}

const none: ReadonlyArray<string> = []

/** What became of one outcome: `excluded` closed its line, `filtered` was of no known one. */
type Applied = "changed" | "same" | "excluded" | "filtered" | StateLimit

const isBound = (applied: Applied): applied is StateLimit =>
  applied !== "changed" && applied !== "same" && applied !== "excluded" && applied !== "filtered"

/** Applies one outcome, unless the market filters exclude it: then its line closes, where there is one. */
const applyWithin = (
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
      closeLine(work, target.game, known, "filters", false)
      return "excluded"
    }
  }
  return applyOutcome(work, target, key, value)
}

/** Why changes of a full message come: what was doubted, or appears while a gap is open, is found, not reported. */
const causeOf = (session: SessionState, entry: SportsbookEntry, game: Game | undefined): ChangeCause => {
  const inGap = session.gapSince !== undefined
  if (game === undefined) return inGap ? "resync" : "feed"
  const doubted = Math.max(session.invalidatedAt, entry.invalidatedAt, game.invalidatedAt)
  // A game that is merely partial was never in doubt: the rest of it is news, unless a gap hid its beginning.
  if (game.partial && game.openedAt >= doubted) return inGap ? "resync" : "feed"
  return game.confirmedAt < doubted ? "resync" : "feed"
}
