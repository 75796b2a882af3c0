/** What the events of a session do, apart from the messages of its frames. */
import { type FeedEvent, matchFilters, type Subscribed, type Tick } from "@boltodds/protocol"
import { applyItem, closeGame } from "./messages.ts"
import { closeLine } from "./lines.ts"
import type { Session } from "./model.ts"
import type { Work } from "./work.ts"

/** Applies one event. Deadlines before it have fired. */
export const applyEvent = (work: Work, event: FeedEvent): void => {
  if (event._tag === "Tick") return tick(work, event)
  const session = work.session(event)
  work.core.lastSession = event.session
  work.core.lastEpoch = event.epoch
  if (event.epoch < session.epoch || (event.epoch === session.epoch && session.ended)) {
    // Nothing of an epoch is applied once it has ended or a newer one began.
    work.core.counts.oldEpoch++
    return
  }
  if (event._tag === "Frame") {
    const frame = ++work.core.frame
    session.lastFrameAt = event.at
    work.begin(event.session, event.epoch, event.at, frame, session.delayed)
    if (event.epoch > session.epoch) beginEpoch(work, session, event)
    for (const item of event.items) applyItem(work, session, event.at, item)
    work.end()
    return
  }
  work.begin(event.session, event.epoch, event.at, null, false)
  switch (event._tag) {
    case "Connected":
      beginEpoch(work, session, event)
      break
    case "Subscribed":
      subscribed(work, session, event)
      break
    case "Disconnected":
      if (event.epoch > session.epoch) beginEpoch(work, session, event)
      openGap(work, session, event)
      session.connected = false
      session.ended = true
      break
    case "Paused":
      paused(work, session, event.at)
      break
    case "Resumed":
      resumed(work, session, event.at)
      break
    case "Silent":
      silent(work, session, event.at)
      break
    case "Heard":
      heard(work, session)
      break
  }
  work.end()
}

const beginEpoch = (work: Work, session: Session, event: FeedEvent): void => {
  if (event.epoch === session.epoch && session.connected) return
  if (session.connected) openGap(work, session, event)
  session.epoch = event.epoch
  session.connected = true
  session.ended = false
  session.subscriptions = 0
  session.initialStates = 0
  session.syncing = true
  session.progressAt = undefined
  session.settleAt = Infinity
  session.settleRest = undefined
  session.listeningSince = event.at
  work.expectBooks(session, event.at)
}

/** Everything of the session is unverified from here on. */
const openGap = (work: Work, session: Session, event: FeedEvent): void => {
  const reason = event._tag === "Disconnected" ? event.reason : undefined
  work.control("gap_opened", {
    reason: reason?.kind ?? "new_connection",
    code: reason?.code ?? null,
    detail: reason?.detail ?? null,
  })
  session.doubtedAt = work.doubt()
  if (session.gapSince === undefined) {
    session.gapSince = event.at
    session.verifiedGames = 0
    session.changedLines = 0
  }
  session.stale = undefined
  session.delayed = false
  session.pausedAt = undefined
  session.pausedStaleAt = Infinity
  session.syncing = false
  session.settleAt = Infinity
  session.settleRest = undefined
}

/** New filters: what they exclude closes. A second subscription in an epoch also ends what absence can tell. */
const subscribed = (work: Work, session: Session, event: Subscribed): void => {
  if (event.epoch > session.epoch) beginEpoch(work, session, event)
  session.subscriptions++
  session.filters = event.filters
  const match = matchFilters(event.filters)
  session.match = match.isOpen ? undefined : match
  if (session.subscriptions > 1) session.syncing = true
  if (match.isOpen) return
  for (const known of [...session.books.values()]) {
    const book = work.book(session, known.sportsbook)
    for (const game of [...book.games.values()]) {
      if (!match.game(game.sport, game.sportsbook, game.game)) closeGame(work, book, game, "filters")
      else if (match.hasMarkets) {
        for (const line of [...game.lines.values()]) {
          if (!match.market(line.market)) closeLine(work, work.game(book, game), line, "filters")
        }
      }
    }
  }
}

const paused = (work: Work, session: Session, at: number): void => {
  if (session.pausedAt !== undefined) return
  session.pausedAt = at
  if (session.stale === undefined) {
    session.pausedStaleAt = at + work.core.options.pausedStaleMillis
    work.arm(session.pausedStaleAt)
  }
  if (session.settleAt !== Infinity) {
    session.settleRest = session.settleAt - at
    session.settleAt = Infinity
  }
}

const resumed = (work: Work, session: Session, at: number): void => {
  if (session.pausedAt === undefined) return
  session.pausedAt = undefined
  session.pausedStaleAt = Infinity
  session.listeningSince = at
  work.arm(session.bookCheckAt)
  if (session.stale === "paused") session.delayed = true
  if (session.settleRest !== undefined) {
    session.settleAt = at + session.settleRest
    session.settleRest = undefined
    work.arm(session.settleAt)
  }
}

const silent = (work: Work, session: Session, at: number): void => {
  if (session.stale !== undefined || !session.connected) return
  session.stale = "silent"
  work.control("stale", {
    reason: "silent",
    sportsbook: null,
    age_ms: at - (session.lastFrameAt ?? session.listeningSince),
  })
}

const heard = (work: Work, session: Session): void => {
  if (session.pausedAt !== undefined) return
  session.delayed = false
  if (session.stale === undefined) return
  session.stale = undefined
  work.control("fresh", { sportsbook: null })
}

const tick = (work: Work, event: Tick): void => {
  const known = work.core.sessions.get(event.session)
  if (known === undefined || event.epoch < known.epoch) return
  const offset = event.wall - event.at
  const jump = offset - known.clockOffset
  if (Math.abs(jump) <= work.core.options.clockJumpMillis) return
  const session = work.ownSession(known)
  session.clockOffset = offset
  work.begin(event.session, event.epoch, event.at, null, false)
  work.control("clock_jumped", { jump_ms: jump })
  session.doubtedAt = work.doubt()
  work.end()
}
