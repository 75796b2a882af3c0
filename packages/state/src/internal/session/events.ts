/** What the events of a session do, apart from the messages of its frames. */
import {
  type DisconnectReason,
  excerpt,
  type FeedEvent,
  type FilterMatch,
  type Item,
  matchFilters,
  type Millis,
  type Subscribed,
  type Tick,
} from "@boltodds/protocol"
import { expectNames } from "./absences.ts"
import { closeGame } from "../game/games.ts"
import { applyItem } from "../game/messages.ts"
import { forgetLags } from "../deadline/lateness.ts"
import { closeLine } from "../line/lines.ts"
import { comeBack } from "./restored.ts"
import { excludedName, forgetRemovals, rememberExcluded, rememberRefused } from "../game/removals.ts"
import type { StateLimit } from "../../Limits.ts"
import { refuseBeyond } from "../limits.ts"
import { serverTime } from "../game/sentAt.ts"
import { sessionBytes } from "../size.ts"
import type { Work } from "../work.ts"
import type { Core } from "../Core.ts"
import type { Game, SportsbookEntry } from "../model.ts"
import {
  gamesIn,
  linesIn,
  nothingExcluded,
  notSettling,
  type SessionState,
  sportsbooksWithGames,
} from "./SessionState.ts"

/** Applies one event, at this time of the run. Deadlines before it have fired. */
export const applyEvent = (work: Work, event: FeedEvent, at: Millis): void => {
  if (event._tag === "Tick") return tick(work, event, at)
  const beyond = sessionBeyond(work.core, event.session)
  if (beyond !== undefined) {
    // Sessions are named by a configuration; a recording that somebody else made may name any number.
    work.core.hasRefusedSession = true
    if (event._tag === "Frame") rememberRefusedOf(work.core, event.items, at)
    work.begin({ session: excerpt(event.session, 200), epoch: event.epoch }, at, null, false)
    refuseBeyond(work, work.core, { at, scope: {}, bound: beyond })
    work.end()
    return
  }
  const session = work.session(event, at)
  if (event.epoch < session.epoch || (event.epoch === session.epoch && session.ended)) {
    // Nothing of an epoch is applied once it has ended or a newer one began.
    work.core.counts.oldEpoch++
    return
  }
  work.core.lastSession = event.session
  work.core.lastEpoch = event.epoch
  session.received.eventAt = at
  if (event._tag === "Frame") {
    const frame = ++work.core.frame
    // What is read after a long pause waited, also where no `Resumed` has come yet.
    work.begin(event, at, frame, session.delayed || session.stale === "paused")
    if (event.epoch > session.epoch || !session.connected) beginEpoch(work, session, event, at)
    session.received.frameAt = at
    for (const item of event.items) applyItem(work, session, at, item)
    work.end()
    return
  }
  work.begin(event, at, null, false)
  // Any event of a newer epoch begins it.
  if (event.epoch > session.epoch || event._tag === "Connected") beginEpoch(work, session, event, at)
  switch (event._tag) {
    case "Connected":
      break
    case "Subscribed":
      subscribed(work, session, event, at)
      break
    case "Disconnected":
      openGap(work, session, at, event.reason)
      session.connected = false
      session.ended = true
      break
    case "Paused":
      paused(work, session, event.at, at)
      break
    case "Resumed":
      resumed(work, session, event.at, at)
      break
    case "Silent":
      silent(work, session, at)
      break
    case "Heard":
      heard(work, session)
      break
  }
  work.end()
}

/** The bound that a new session is beyond; undefined where it fits, or is known. */
const sessionBeyond = ({ sessions, bytes, options: { limits } }: Core, name: string): StateLimit | undefined => {
  if (sessions.has(name)) return undefined
  if (sessions.size >= limits.sessions) return "sessions"
  if (name.length > limits.characters) return "characters"
  return bytes + sessionBytes(name) > limits.bytes ? "bytes" : undefined
}

const rememberRefusedOf = (core: Core, items: ReadonlyArray<Item>, at: Millis): void => {
  for (const item of items) {
    if (item._tag !== "Message") continue
    const { message } = item
    if (message.action === "game_removed" || message.action === "book_clear" || message.action === "sport_clear") {
      rememberRefused(core, { sentAt: serverTime(message.timestamp), at })
    }
  }
}

const beginEpoch = (work: Work, session: SessionState, event: FeedEvent, at: Millis): void => {
  // A connection that is reported anew comes from a source that missed what came between.
  if (event.epoch === session.epoch && session.connected && event._tag !== "Connected") return
  if (session.connected) openGap(work, session, at, undefined)
  if (session.isRestored) comeBack(work, session, at)
  session.epoch = event.epoch
  session.connected = true
  session.ended = false
  session.settling.isSyncing = true
  session.excluded = nothingExcluded()
  // One that begins in the middle may be one whose beginning did not fit: what it held is not known.
  session.isLimited = work.core.hasRefusedSession && event._tag !== "Connected"
  session.refusedRemoval = session.isLimited ? work.core.refusedRemoval : undefined
  if (session.gap !== undefined) session.gap.verifiedGames = 0
  session.received.since = at
  for (const known of session.sportsbooks.values()) {
    if (known.removals.size > 0) forgetRemovals(work.core, work.sportsbook(session, known.sportsbook))
  }
  work.expectSportsbooks(session, at)
}

/** Everything of the session is unverified from here on. */
const openGap = (work: Work, session: SessionState, at: Millis, reason: DisconnectReason | undefined): void => {
  const sportsbooks = sportsbooksWithGames(session)
  work.control("gap_opened", {
    reason: reason?.kind ?? "new_connection",
    code: reason?.code ?? null,
    detail: reason?.detail?.toWellFormed() ?? null,
    sportsbooks,
    games: gamesIn(session),
    lines: linesIn(session),
  })
  session.invalidatedAt = work.invalidate()
  session.gap ??= { since: at, sportsbooks, verifiedGames: 0, changedLines: 0 }
  session.settling = notSettling()
  session.pause = undefined
  session.stale = undefined
  session.delayed = false
  session.awaited.dueAt = Infinity
  forgetLags(work, session)
}

/** New filters: what they exclude closes. After a second subscription in an epoch absence means nothing. */
const subscribed = (work: Work, session: SessionState, event: Subscribed, at: Millis): void => {
  if (!session.connected) beginEpoch(work, session, event, at)
  session.settling.subscriptions++
  session.filters = event.filters
  const match = matchFilters(event.filters)
  session.match = match.isOpen ? undefined : match
  if (session.settling.subscriptions > 1) session.settling.isSyncing = true
  expectNames(work, session, event.filters, at)
  const excluded: Array<string> = []
  for (const known of match.isOpen ? [] : session.sportsbooks.values()) {
    const entry = work.sportsbook(session, known.sportsbook)
    for (const game of entry.games.values()) {
      if (!match.game(game.sport, game.sportsbook, game.game)) {
        closeGame(work, entry, game, "filters")
        excluded.push(excludedName(game.sportsbook, game.game))
      } else if (match.hasMarkets) closeMarkets(work, entry, game, match)
    }
  }
  rememberExcluded(session, excluded, at)
}

const closeMarkets = (work: Work, entry: SportsbookEntry, game: Game, match: FilterMatch): void => {
  const excluded = [...game.lines.values()].filter((line) => !match.market(line.market))
  if (excluded.length === 0) return
  const own = work.game(entry, game)
  for (const line of excluded) closeLine(work, own, line, { cause: "filters", late: false })
}

/**
 * We do not read from `since` on, by the session's own time: where several sessions stood still, the first to report
 * it has moved the time of the run (`at`) ahead. The pauses of the others are as long all the same.
 */
const paused = (work: Work, session: SessionState, since: Millis, at: Millis): void => {
  if (session.pause !== undefined || !session.connected) return
  const staleAt = Math.max(at, since + work.core.options.pausedStaleMillis)
  session.pause = { since, staleAt: session.stale === undefined ? staleAt : Infinity }
  work.arm(session.pause.staleAt)
  const { settling } = session
  if (settling.dueAt === Infinity) return
  settling.rest = settling.dueAt - since
  settling.dueAt = Infinity
}

const resumed = (work: Work, session: SessionState, until: Millis, at: Millis): void => {
  if (session.pause === undefined) return
  if (until - session.pause.since >= work.core.options.pausedStaleMillis) session.delayed = true
  session.pause = undefined
  session.received.since = at
  const { checks, settling } = session
  work.arm(checks.sportsbooksAt)
  if (checks.unreadAt !== Infinity) {
    checks.unreadAt = Math.max(checks.unreadAt, at)
    work.arm(checks.unreadAt)
  }
  if (settling.rest !== undefined) {
    settling.dueAt = at + settling.rest
    settling.rest = undefined
    work.arm(settling.dueAt)
  }
}

const silent = (work: Work, session: SessionState, at: Millis): void => {
  if (session.stale !== undefined || !session.connected) return
  session.stale = "silent"
  work.control("stale", {
    reason: "silent",
    sportsbook: null,
    age_ms: at - (session.received.frameAt ?? session.received.since),
  })
}

const heard = (work: Work, session: SessionState): void => {
  if (session.pause !== undefined) return
  session.delayed = false
  if (session.stale === undefined) return
  session.stale = undefined
  work.control("fresh", { sportsbook: null })
}

const tick = (work: Work, event: Tick, at: Millis): void => {
  const known = work.core.sessions.get(event.session)
  if (known === undefined || known.isRestored || event.epoch < known.epoch) return
  // One tick reports a jump; those after it compare anew.
  const jump = event.wall - event.at
  if (!(Math.abs(jump) > work.core.options.clockJumpMillis)) return
  const session = work.ownSession(known)
  work.begin(event, at, null, false)
  work.control("clock_jumped", { jump_ms: jump })
  session.invalidatedAt = work.invalidate()
  work.end()
}
