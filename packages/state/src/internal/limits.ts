/**
 * What does not fit into the bounds of a state is not applied, and is reported: its scope is unverified where something
 * of it is known. At most one record a second and scope says so. A second one comes sooner only where a reader would go on
 * believing what is wrong: a price that was verified meanwhile and then not updated, a game that was called complete.
 */
import { excerpt, type GameData, type Millis, type ReachedLimit, type Scope } from "@boltodds/protocol"
import type { StateLimit } from "../Limits.ts"
import { takeFacts } from "./game/facts.ts"
import { mayRemember } from "./game/removals.ts"
import { markRestoredNamed } from "./session/restored.ts"
import { factBytes, lineBytes, removalBytes, sportsbookBytes, textBytes } from "./size.ts"
import { markNamed, unverify } from "./session/unread.ts"
import type { Work } from "./work.ts"
import type { Core } from "./Core.ts"
import type { Game, Limited, LineValues, SportsbookEntry } from "./model.ts"
import type { SessionState } from "./session/SessionState.ts"

const everyMillis = 1_000
/** A link may be longer than a name. */
const linkNames = 10
/** No message changes the facts of a game by more than this many names. */
const factNames = 6

/**
 * Which of the names of a message is too long: its sportsbook, its game, or a fact of the game. A removal keeps none of
 * the facts.
 */
export const longName = (
  { options: { limits: { characters } } }: Core,
  data: GameData,
  isRemoval: boolean,
): Scope | undefined => {
  if (data.sportsbook.length > characters) return {}
  const { sportsbook } = data
  if (data.game.length > characters) return { sportsbook }
  if (isRemoval) return undefined
  const info = data.info ?? undefined
  const isLong = data.sport.length > characters || isLongText(data.home_team, characters) ||
    isLongText(data.away_team, characters) || isLongText(data.universal_game_id, characters) ||
    (info !== undefined && (isLongText(info["universal_id"], characters) || isLongText(info["id"], characters) ||
      isLongText(info["game_id"], characters)))
  return isLong ? { sportsbook, game: data.game } : undefined
}

const isLongText = (value: unknown, characters: number): boolean =>
  typeof value === "string" && value.length > characters

/** The bound that a new line is beyond; undefined where it fits. */
export const lineBeyond = (
  { options: { limits }, bytes }: Core,
  game: Game,
  outcome: string,
  says: LineValues,
): StateLimit | undefined => {
  if (game.lines.size >= limits.outcomes) return "outcomes"
  if (outcome.length > limits.characters || hasLongText(says, limits.characters)) return "characters"
  return bytes + lineBytes(outcome, says) > limits.bytes ? "bytes" : undefined
}

/** The bound that the new texts of a known line are beyond; undefined where they fit. */
export const textsBeyond = (
  { options: { limits }, bytes }: Core,
  known: LineValues,
  says: LineValues,
): StateLimit | undefined => {
  if (hasLongText(says, limits.characters)) return "characters"
  const growth = textBytes(says) - textBytes(known)
  return growth > 0 && bytes + growth > limits.bytes ? "bytes" : undefined
}

const hasLongText = ({ market, target, link }: LineValues, characters: number): boolean =>
  (market !== null && market.length > characters) || (target !== null && target.length > characters) ||
  (link !== null && link.length > linkNames * characters)

/** The bound that a new game is beyond; undefined where it fits. */
export const gameBeyond = ({ options: { limits }, bytes, games }: Core, game: Game): StateLimit | undefined =>
  games >= limits.games ? "games" : bytes + game.factBytes > limits.bytes ? "bytes" : undefined

/** Whether the facts of a message make a known game larger than there is room for. */
export const factsBeyond = (
  { options: { limits }, bytes }: Core,
  game: Game,
  data: GameData,
): StateLimit | undefined => {
  // Far from the bound nothing has to be looked at.
  if (bytes + 2 * factNames * limits.characters <= limits.bytes) return undefined
  const after = { ...game }
  takeFacts(after, data)
  const growth = factBytes(after) - game.factBytes
  return growth > 0 && bytes + growth > limits.bytes ? "bytes" : undefined
}

/** Makes room for a new sportsbook: one that holds nothing goes. Returns the bound that the new one is beyond all the same. */
export const makeRoomForSportsbook = (
  work: Work,
  session: SessionState,
  sportsbook: string,
  at: Millis,
): StateLimit | undefined => {
  const { core } = work
  const { limits } = core.options
  if (session.sportsbooks.size >= limits.sportsbooks && !dropEmptySportsbook(work, session, at)) return "sportsbooks"
  return core.bytes + sportsbookBytes(sportsbook) > limits.bytes ? "bytes" : undefined
}

const dropEmptySportsbook = ({ core }: Work, session: SessionState, at: Millis): boolean => {
  for (const entry of session.sportsbooks.values()) {
    // What it removed a moment ago must not come back, and a reader waits for the `fresh` of one that is stale.
    if (entry.games.size > 0 || entry.stale !== undefined || mayRemember(entry, at)) continue
    session.sportsbooks.delete(entry.sportsbook)
    core.bytes -= sportsbookBytes(entry.sportsbook)
    for (const [name, removal] of entry.removals) core.bytes -= removalBytes(name, removal)
    return true
  }
  return false
}

/** Where the time of the last report of a scope is kept. */
interface Holder {
  limited: Limited | undefined
}

/** Counts what does not fit and is not known, and reports it: nothing that is known is unverified by it. */
export const refuseBeyond = (
  work: Work,
  holder: Holder,
  { at, scope, bound }: { readonly at: Millis; readonly scope: Scope; readonly bound: StateLimit },
): void => {
  countRefused(work, scope, bound, 1)
  const more = due(holder, at, 1)
  if (more !== undefined) report(work, scope, bound, more)
}

const countRefused = (work: Work, scope: Scope, name: StateLimit, count: number): void => {
  work.core.counts.limited += count
  countLimit(work, scope, { name, bound: work.core.options.limits[name] }, count)
}

const longestName = 200

/** Counts by the bound what was beyond one, and keeps what was the first. */
export const countLimit = (
  { core }: Work,
  { sportsbook, game }: Scope,
  { name, bound }: ReachedLimit,
  count: number,
): void => {
  const known = core.limits.get(name)
  const shown = (text: string | undefined) => text === undefined ? null : excerpt(text, longestName)
  const first = known?.first ?? { sportsbook: shown(sportsbook), game: shown(game) }
  core.limits = new Map(core.limits).set(name, { bound, count: (known?.count ?? 0) + count, first })
}

/** How much was refused since the last record of a holder, where one is due; otherwise it is counted for the next. */
const due = (holder: Holder, at: Millis, refused: number): number | undefined => {
  const { limited } = holder
  const more = (limited?.more ?? 0) + refused
  const isRecent = isWithinSecond(limited, at)
  holder.limited = isRecent ? { at: limited.at, more } : { at, more: 0 }
  return isRecent ? undefined : more
}

const isWithinSecond = <L extends Limited>(limited: L | undefined, at: Millis): limited is L =>
  limited !== undefined && at - limited.at < everyMillis

/** A message with a name that is too long: what it may be about is unverified. */
export const refuseName = (work: Work, session: SessionState, at: Millis, scope: Scope): void => {
  session.isLimited = true
  if (work.core.resumes !== undefined) markRestoredNamed(work, scope)
  const { sportsbook, game } = scope
  const entry = sportsbook === undefined ? undefined : session.sportsbooks.get(sportsbook)
  const known = game === undefined ? undefined : entry?.games.get(game)
  if (known !== undefined) {
    const refused = { bound: "characters", count: 1, ofKnown: true } as const
    const before = { from: work.records.length, touchedAt: known.touchedAt }
    return limitGame(work, { session, entry: entry!, game: known, at }, refused, before)
  }
  const holder = entry === undefined ? session : work.sportsbook(session, entry.sportsbook)
  if (game !== undefined || (sportsbook !== undefined && entry === undefined)) {
    return refuseBeyond(work, holder, { at, scope, bound: "characters" })
  }
  countRefused(work, scope, "characters", 1)
  // No game or sportsbook that is known has such a name: what was verified since the last record is right.
  const more = due(holder, at, 1)
  if (more === undefined) return
  const { length } = work.records
  const bound = work.core.options.limits.characters
  const limit = { name: "characters", bound } as const
  unverify(work, session, scope, { at, reason: reasonOf("characters", bound), text: "", refused: more, limit })
  // A scope that is unverified since before needs no record: the next one counts these too.
  if (work.records.length === length) holder.limited = { at, more }
}

/** What of a message for a known game did not fit. */
export interface Refused {
  readonly bound: StateLimit
  readonly count: number
  /** Something that is known was not updated. Otherwise what is known is right, and only incomplete. */
  readonly ofKnown: boolean
}

interface LimitedPlace {
  readonly session: SessionState
  readonly entry: SportsbookEntry
  readonly game: Game
  readonly at: Millis
}

/** What was so before a message was applied. */
interface BeforeMessage {
  /** Where its records begin. */
  readonly from: number
  /** The moment of the message before it that was applied to the game. */
  readonly touchedAt: number
}

/**
 * A message of a known game that could not be applied as a whole. What it said of the game is kept and unverified, like
 * all of the game, until a full message fits.
 */
export const limitGame = (
  work: Work,
  { session, entry, game, at }: LimitedPlace,
  { bound, count, ofKnown }: Refused,
  { from, touchedAt: touchedBefore }: BeforeMessage,
): void => {
  countRefused(work, { sportsbook: game.sportsbook, game: game.game }, bound, count)
  session.isLimited = true
  const own = markNamed(work, session, entry, game)
  const known = own.limited
  const more = (known?.more ?? 0) + count
  const isRecent = isWithinSecond(known, at)
  if (isRecent && !ofKnown) {
    own.limited = { at: known.at, more, moment: known.moment }
    return
  }
  work.markUnverifiedFrom(from)
  // Nothing of it was verified since it was last reported: its reader knows.
  const isReported = isRecent && touchedBefore < known.moment
  own.invalidatedAt = work.invalidate()
  own.touchedAt = touchedBefore
  own.limited = isReported
    ? { at: known.at, more, moment: own.invalidatedAt }
    : { at, more: 0, moment: own.invalidatedAt }
  if (!isReported) report(work, { sportsbook: game.sportsbook, game: game.game }, bound, more)
}

const report = (work: Work, { sportsbook, game }: Scope, name: StateLimit, refused: number): void => {
  const bound = work.core.options.limits[name]
  work.control("quarantined", {
    reason: reasonOf(name, bound),
    touches: sportsbook === undefined ? "session" : game === undefined ? "sportsbook" : "game",
    sportsbook: sportsbook ?? null,
    game: game ?? null,
    outcome: null,
    text: "",
    refused,
    limit: { name, bound },
  })
}

const reasonOf = (bound: StateLimit, limit: number): string => {
  switch (bound) {
    case "sessions":
      return `limited: more than ${limit} sessions`
    case "sportsbooks":
      return `limited: more than ${limit} sportsbooks`
    case "games":
      return `limited: more than ${limit} games`
    case "outcomes":
      return `limited: more than ${limit} outcomes of a game`
    case "characters":
      return `limited: a name of more than ${limit} characters`
    case "bytes":
      return `limited: the book needs more than ${limit} bytes`
  }
}
