/**
 * What the reader of a lane has, and which of its losses were reported to it. Pure: every step is a function of the state
 * before it, so it can be tested without a lane, a sink or a clock.
 *
 * A loss is total unless it names single games. While a total loss is `unreported` the reader believes that it has
 * everything, so the report precedes all else. Once it is `reported` there is no hurry. A resnapshot that arrives whole
 * makes it good. Of a loss of single games these games alone are unverified, until they are sent again.
 */
import type { Millis } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import { joinLosses, type Loss, lossesOf } from "./Loss.ts"
import {
  addLosses,
  divideLosses,
  type GameLosses,
  hasRoomFor,
  isOfAnotherRun,
  lossesIn,
  mayMove,
} from "./GameLosses.ts"
import { lossScope, lostGameId } from "./lossScope.ts"
import type { LostGame, SessionEpoch } from "./LostGame.ts"

/** Between two reports of one lane to a reader that knows of its total loss. */
const reportMillis = 1_000

/**
 * A loss of everything: nothing that the reader has can be relied on. `none`: at most single games are missing ·
 * `unreported`: the reader does not know of it · `reported`: the reader knows.
 */
export type TotalLoss = "none" | "unreported" | "reported"

/** A resnapshot on its way. */
interface SentResnapshot {
  /** Their ids; undefined where it is the whole book. */
  readonly games: ReadonlySet<string> | undefined
  /** None of its records was lost on the way. */
  readonly isWhole: boolean
  /** How many losses there were when it was made: one after that is not in it. */
  readonly losses: number
}

/** What is known of the reader of one lane. */
export interface Reader {
  /** The lane's own run. A record of another run is from an earlier process. */
  readonly run: string
  /** Whether losses can be reported to it at all. */
  readonly canReport: boolean
  readonly totalLoss: TotalLoss
  /** The games that were lost, by id. In a total loss: those that the reader knows of, until that loss is reported to it. */
  readonly games: GameLosses
  /** Losses to report, by what they concern, reason and run. */
  readonly unreported: ReadonlyMap<string, Loss>
  /** The losses of everything in the last report of any. */
  readonly reported: ReadonlyArray<Loss>
  readonly reportedAt: Millis
  /** The last report or resnapshot did not arrive: it is not repeated at once. */
  readonly hasFailed: boolean
  readonly resnapshot: SentResnapshot | undefined
  /** Games, by id, of whose resnapshot the destination never takes some records; "" where the game is not known. */
  readonly leftOut: ReadonlySet<string>
  /** How often something was lost. */
  readonly losses: number
}

/** A reader that has everything. */
export const openReader = (run: string, canReport: boolean): Reader => ({
  run,
  canReport,
  totalLoss: "none",
  games: new Map(),
  unreported: new Map(),
  reported: [],
  reportedAt: -Infinity,
  hasFailed: false,
  resnapshot: undefined,
  leftOut: new Set(),
  losses: 0,
})

/** Single games are missing, and the reader can rely on everything else. */
export const lacksGames = (reader: Reader): boolean => reader.totalLoss === "none" && reader.games.size > 0

/** A resnapshot could give the reader what it lacks. */
export const wantsResnapshot = (reader: Reader): boolean => reader.totalLoss !== "none" || reader.games.size > 0

/** These were lost. `sessions`: all sessions of the run; undefined where a loss is always one of everything. */
export const onLoss = (
  reader: Reader,
  reason: string,
  envelopes: ReadonlyArray<Envelope<unknown>>,
  sessions: ReadonlyArray<SessionEpoch> | undefined,
): Reader => {
  if (envelopes.length === 0) return reader
  // The sessions of an earlier run are not known: the reader's copy of a game may belong to any of them.
  const isOfEverything = reader.totalLoss !== "none" || sessions === undefined ||
    envelopes.some((envelope) => isOfAnotherRun(envelope, reader.run))
  const divided = isOfEverything ? undefined : divideLosses(reason, envelopes)
  if (divided === undefined || !hasRoomFor(reader.games, divided.games)) {
    const next = loseEverything({ ...reader, losses: reader.losses + 1 })
    return reader.canReport ? toReport(next, lossesOf(reason, envelopes)) : next
  }
  const information = lossesOf(reason, divided.information).map((loss): Loss => ({ ...loss, isInformation: true }))
  const informed = toReport(reader, information)
  if (divided.games.length === 0) return informed
  const losses = reader.losses + 1
  const isUnplaced = sessions!.length > 1 && envelopes.some(mayMove)
  const games = addLosses(reader.games, divided.games, losses, isUnplaced)
  return toReport({ ...informed, losses, games }, divided.games)
}

/**
 * From this envelope on the reader knows less than the lane has delivered: it is a new one, to which nothing was sent
 * before (`takeover`), or an earlier process may have ended before it reported a loss (`restart`).
 */
export const onNewReader = (
  reader: Reader,
  { seq, at, session, epoch, run }: Envelope<unknown>,
  reason: "takeover" | "restart",
): Reader => {
  const next: Reader = { ...loseEverything({ ...reader, losses: reader.losses + 1 }), totalLoss: "unreported" }
  if (!reader.canReport) return next
  const lastSeq = Math.max(0, seq - 1)
  const numbers = { count: 0, firstSeq: Math.min(1, lastSeq), lastSeq }
  return toReport(next, [{ reason, ...run === undefined ? {} : { run }, ...numbers, at, session, epoch }])
}

/** Makes the loss of single games one of everything. */
export const loseEverything = (reader: Reader): Reader => {
  if (reader.totalLoss !== "none") return reader
  const ofGames = [...reader.unreported.values()].filter(({ game }) => game !== undefined)
  const unreported = new Map([...reader.unreported].filter(([, { game }]) => game === undefined))
  return toReport(
    { ...reader, totalLoss: "unreported", unreported },
    ofGames.length > 0 ? ofGames : lossesIn(reader.games),
  )
}

/**
 * Whether a report must precede all else: of a total loss, since nothing may arrive after a loss that the reader does not
 * know of; of a game, for the same reason; otherwise once a second.
 */
export const isReportDue = (reader: Reader, now: Millis): boolean =>
  reader.unreported.size > 0 &&
  (reader.totalLoss === "unreported" || hasUnreportedGame(reader) || now >= reader.reportedAt + reportMillis)

/** When a report is due by itself, with no batch to precede; undefined where there is nothing to report. */
export const dueAt = (reader: Reader): Millis | undefined => {
  if (reader.unreported.size === 0) return undefined
  return !reader.hasFailed && hasUnreportedGame(reader) ? -Infinity : reader.reportedAt + reportMillis
}

/** All that is to be reported, as records, and the reader once they are made. */
export interface ReaderReport {
  readonly reader: Reader
  readonly losses: ReadonlyArray<Loss>
}

/** Reports all losses. A loss in a game is reported for each session: any of them may have the reader's copy of the game. */
export const report = (reader: Reader, now: Millis, sessions: ReadonlyArray<SessionEpoch>): ReaderReport => {
  if (reader.unreported.size === 0) return { reader, losses: [] }
  const losses = [...reader.unreported.values()].flatMap((loss) => {
    if (loss.game === undefined) return [loss]
    const others = sessions.filter(({ session }) => session !== loss.session)
    return [loss, ...others.map((other): Loss => ({ ...loss, ...other, count: 0 }))]
  })
  const ofEverything = losses.filter(isOfEverything)
  const next: Reader = { ...reader, reportedAt: now, unreported: new Map() }
  return {
    losses,
    reader: ofEverything.length === 0 ? next : { ...next, totalLoss: "reported", reported: ofEverything },
  }
}

/** Where the report of losses stands in a batch, and the reader that is to make it: see {@link report}. */
export interface ReportPlace {
  readonly reader: Reader
  /** How many envelopes of the batch precede it; undefined where there is nothing to report now. */
  readonly at: number | undefined
}

/**
 * What a batch needs before it may be sent: `start` is the index of its last `stream_started` (-1: none), after which a
 * reader believes again that it has everything; `hasOwnAfterStart`: something that the lane made itself follows it.
 */
export const before = (reader: Reader, start: number, hasOwnAfterStart: boolean, now: Millis): ReportPlace => {
  const after = reader.totalLoss === "none" ? -1 : start
  if (after === -1 || hasOwnAfterStart) return { reader, at: isReportDue(reader, now) ? after + 1 : undefined }
  const next = reportAgain(reader)
  return { reader: next, at: next.unreported.size > 0 ? after + 1 : undefined }
}

/** Something has arrived. What of it the lane made itself says what the reader knows from here on. */
export interface Arrival {
  /** It reports a loss of everything. */
  readonly reportsEverything: boolean
  /** The last `stream_started` in it, if there is one. */
  readonly start: {
    /** It is of a resnapshot. */
    readonly isOwn: boolean
    /** A report of a loss of everything follows it. */
    readonly isReportedAfter: boolean
  } | undefined
}

/** A batch has arrived. */
export const onDelivered = (reader: Reader, { reportsEverything, start }: Arrival): Reader => {
  const isTold = reader.totalLoss !== "none" && reader.games.size > 0 && reportsEverything
  const next: Reader = reader.hasFailed || isTold
    ? { ...reader, hasFailed: false, games: isTold ? new Map() : reader.games }
    : reader
  if (start === undefined || !wantsResnapshot(next)) return next
  // A stream that begins makes the reader forget which games it lacks.
  const gapped = loseEverything(next)
  if (start.isReportedAfter) return gapped
  const unaware: Reader = { ...gapped, totalLoss: "unreported" }
  // A resnapshot brings everything after its beginning; another stream does not.
  return start.isOwn ? unaware : reportAgain(unaware)
}

/** Of what the lane made itself these reports and records did not arrive. */
export const onFailed = (reader: Reader, reports: ReadonlyArray<Loss>, isOfResnapshot: boolean): Reader => {
  let next: Reader = { ...reader, hasFailed: true }
  for (const loss of reports) {
    if (isOfEverything(loss)) next = { ...loseEverything(next), totalLoss: "unreported" }
    next = toReport(next, [loss])
  }
  if (!isOfResnapshot) return next
  const { resnapshot } = next
  // A part of it may have arrived, its beginning included: the reader does not know of the loss that is left.
  if (resnapshot?.games === undefined) next = reportAgain({ ...loseEverything(next), totalLoss: "unreported" })
  else if (next.totalLoss === "none") next = reportGamesAgain(next)
  return {
    ...next,
    // All of it is made anew: the rest of this one is obsolete.
    losses: next.losses + 1,
    resnapshot: resnapshot === undefined ? undefined : { ...resnapshot, isWhole: false },
  }
}

/** A resnapshot is on its way: of the whole book, or of these games. */
export const onResnapshot = (reader: Reader, lostGames: ReadonlyArray<LostGame> | undefined): Reader => {
  const games = lostGames === undefined ? undefined : new Set(lostGames.map(lostGameId))
  const leftOut = games === undefined ? new Set<string>() : new Set([...reader.leftOut].filter((id) => !games.has(id)))
  return { ...reader, leftOut, resnapshot: { games, isWhole: true, losses: reader.losses } }
}

/** Whether the resnapshot on its way is history, or incomplete, by now: another follows. */
export const isResnapshotObsolete = (reader: Reader): boolean => {
  const { resnapshot } = reader
  if (resnapshot?.games === undefined) return reader.losses !== resnapshot?.losses
  return !resnapshot.isWhole || reader.totalLoss !== "none" ||
    [...resnapshot.games].some((id) => isLostAgain(reader, resnapshot, id))
}

/** The resnapshot has been sent. Where all of it arrived the reader has what it brought, and was not lost since. */
export const onResnapshotDone = (reader: Reader): Reader => {
  const { resnapshot } = reader
  if (resnapshot === undefined || !resnapshot.isWhole) return { ...reader, resnapshot: undefined }
  if (resnapshot.games === undefined) {
    const isClosed = reader.losses === resnapshot.losses && reader.unreported.size === 0
    return { ...reader, resnapshot: undefined, ...isClosed ? { totalLoss: "none", games: new Map() } : {} }
  }
  const games = new Map(reader.games)
  for (const id of resnapshot.games) if (!isLostAgain(reader, resnapshot, id)) games.delete(id)
  return { ...reader, resnapshot: undefined, games }
}

/**
 * The destination never takes these records of a resnapshot. They are not sent again: the reader knows nothing of their
 * lines, and so believes nothing of them.
 */
export const onLeftOut = (reader: Reader, envelopes: ReadonlyArray<Envelope<unknown>>): Reader => {
  const leftOut = new Set(reader.leftOut)
  for (const envelope of envelopes) {
    const scope = lossScope(envelope)
    leftOut.add(typeof scope === "string" ? "" : lostGameId(scope))
  }
  const next: Reader = { ...reader, leftOut }
  // Without the record that begins the game anew its reader keeps the lines it had.
  return reader.resnapshot?.games !== undefined && envelopes.some(mayMove)
    ? loseEverything({ ...next, losses: reader.losses + 1 })
    : next
}

/** Whether this concerns the whole book, not one game, and is needed. */
export const isOfEverything = ({ game, isInformation }: Loss): boolean => game === undefined && isInformation !== true

const hasUnreportedGame = ({ unreported }: Reader): boolean => {
  for (const { game } of unreported.values()) if (game !== undefined) return true
  return false
}

/** Whether something of a game was lost since the resnapshot was made. */
const isLostAgain = ({ games, unreported }: Reader, { losses }: SentResnapshot, id: string): boolean => {
  if ((games.get(id)?.nth ?? 0) > losses) return true
  for (const { game } of unreported.values()) if (game !== undefined && lostGameId(game) === id) return true
  return false
}

/** The last report of everything is to be repeated, where nothing newer says so. */
const reportAgain = (reader: Reader): Reader =>
  [...reader.unreported.values()].some(isOfEverything) ? reader : toReport(reader, reader.reported)

const reportGamesAgain = (reader: Reader): Reader => {
  const ids = new Set(Array.from(reader.unreported.values(), ({ game }) => game === undefined ? "" : lostGameId(game)))
  return toReport(reader, lossesIn(reader.games).filter(({ game }) => !ids.has(lostGameId(game!))))
}

/** These losses are to be reported: joined to those of the same game, reason and run. */
const toReport = (reader: Reader, losses: ReadonlyArray<Loss>): Reader => {
  if (losses.length === 0) return reader
  const unreported = new Map(reader.unreported)
  for (const loss of losses) {
    const { game, ...whole } = loss
    // In a total loss a game is a part of what is lost.
    const isOfGame = game !== undefined && reader.totalLoss === "none"
    const { reason, run = "", isInformation } = loss
    const key = isOfGame
      ? `game\u0000${reason}\u0000${lostGameId(game)}\u0000${run}`
      : `${isInformation === true ? "information" : ""}\u0000${reason}\u0000${run}`
    unreported.set(key, joinLosses(isOfGame ? loss : whole, unreported.get(key)))
  }
  return { ...reader, unreported }
}
