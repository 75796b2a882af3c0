/** What is not understood fails safe: what it may have changed is unverified until messages come that are read. */
import {
  excerpt,
  isKnownAction,
  mentionsIn,
  mentionsInText,
  type Millis,
  type QuarantinedItem,
} from "@boltodds/protocol"
import { knownPlaces, type Places, placesOf } from "./knownPlaces.ts"
import { countLimit } from "../limits.ts"
import { markRestoredNamed } from "./restored.ts"
import { type Cause, reportUnread, unverify } from "./unread.ts"
import type { Work } from "../work.ts"
import type { SessionState } from "./SessionState.ts"

/** Counts and reports a message that cannot be read, and makes what it may have changed unverified. */
export const quarantineMessage = (work: Work, session: SessionState, item: QuarantinedItem, at: Millis): void => {
  const { reason, touches, text, value, limit } = item
  if (touches !== undefined && work.core.resumes !== undefined) markRestoredNamed(work, touches)
  work.core.counts.quarantined++
  work.sentAt(null)
  if (limit !== undefined) countLimit(work, touches ?? {}, limit, 1)
  if (value === undefined && touches !== undefined) {
    return report(work, session, placesOf(session, touches), { at, reason, text, limit })
  }
  const mentions = value === undefined ? mentionsInText(text) : mentionsIn(value)
  const { kind } = mentions
  let isFirst = true
  // A message without an action that says of itself what it is can be ignored by that name.
  const isOurs = kind !== undefined && isKnownAction(kind)
  if (kind !== undefined && value !== undefined && !isOurs) {
    const ignored = isIgnored(work, kind)
    isFirst = countAction(work, kind, ignored)
    if (ignored) return
  }
  const carries = mentions.hasNested || mentions.hasPrices || mentions.isOpaque
  const found = carries ? knownPlaces(session, mentions) : nowhere
  // A message of the feed that has no data in its place is about something, whatever it holds.
  const isLost = isOurs && touches !== undefined && found.known.length === 0 && found.named === undefined
  const places = isLost ? { known: [{}], named: undefined } : found
  if (places.known.length === 0 && !isFirst) return
  const cause = { at, reason, text }
  report(work, session, places, kind === undefined || isOurs ? cause : { ...cause, action: kind })
}

/** A message whose action is not known. */
export interface UnknownFacts {
  readonly action: string
  readonly value: unknown
  readonly text: string
}

/** Counts and reports a message of an unknown kind, and makes what it may have changed unverified. */
export const takeUnknown = (
  work: Work,
  session: SessionState,
  { action, value, text }: UnknownFacts,
  at: Millis,
): void => {
  work.core.counts.unknown++
  const ignored = isIgnored(work, action)
  const isFirst = countAction(work, action, ignored)
  if (ignored) return
  work.sentAt(null)
  const mentions = mentionsIn(value)
  const mayBeData = mentions.hasPrices || mentions.isOpaque
  const isLeftAlone = !mayBeData && (!mentions.hasNested || isHarmless(action))
  const places = isLeftAlone ? nowhere : knownPlaces(session, mentions)
  // Nothing known is touched: once is enough to say that there is such an action.
  if (places.known.length === 0 && !isFirst) return
  report(work, session, places, { at, reason: `unknown action ${JSON.stringify(action)}`, text, action })
}

const nowhere: Places = { known: [], named: undefined }

const report = (work: Work, session: SessionState, { known, named }: Places, cause: Cause): void => {
  for (const scope of known) unverify(work, session, scope, cause)
  if (known.length > 0) return
  if (named !== undefined && session.match !== undefined && !session.match.book(named.sportsbook)) {
    work.core.counts.filtered++
    return
  }
  reportUnread(work, named, cause)
}

const isIgnored = ({ core }: Work, action: string): boolean => core.options.ignoredActions.includes(action)

/** Unknown actions are counted by name up to here; a server that invents names does not fill our memory. */
const mostActions = 100
const longestAction = 200

/** Whether it is the first of its kind. */
const countAction = ({ core }: Work, name: string, ignored: boolean): boolean => {
  const action = excerpt(name, longestAction)
  if (ignored) core.counts.ignored++
  const known = core.actions.get(action)
  if (known === undefined && core.actions.size >= mostActions) return false
  core.actions = new Map(core.actions).set(action, { count: (known?.count ?? 0) + 1, ignored })
  return known === undefined
}

/** Actions that other feeds use for the connection itself. */
const harmless: ReadonlySet<string> = new Set([
  "ping",
  "heartbeat",
  "pong",
  "keepalive",
  "keep_alive",
  "hello",
  "welcome",
  "connected",
  "ack",
  "subscribed",
  "unsubscribed",
])

/**
 * Whether messages of this unknown action are about the connection and not about odds: they may name sportsbooks, as an
 * acknowledgement of filters does. One that holds prices is no such message, whatever it is called.
 */
const isHarmless = (action: string): boolean => harmless.has(action.toLowerCase())
