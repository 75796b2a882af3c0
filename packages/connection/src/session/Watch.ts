/**
 * The watch over one connection: decides when it is alive, silent, paused, late (a backlog may wait) and dead. Pure:
 * every decision is a function of observations and session time, and can be tested without a socket or a clock.
 */
import { deadMillis, type DisconnectReason, type Millis, silentMillis } from "@boltodds/protocol"

/** The limits of a connection, in milliseconds. */
export interface WatchLimits {
  /** Until the first frame. */
  readonly ack: number
  /** Without any frame, feed pings included, until the session counts as silent. */
  readonly silent: number
  /** Without any frame until the connection is closed. */
  readonly dead: number
  /** Between WebSocket pings. */
  readonly ping: number
  /** Without an answer to a WebSocket ping and without a byte, until the connection is closed. */
  readonly pong: number
  /** How long a backlog may last before `Paused` is reported. Shorter stops are normal. */
  readonly pauseNotice: number
  /** How long reading may stop until the connection is closed. */
  readonly pause: number
  /** How late the answer to a ping may be, while frames come, before a backlog is assumed. */
  readonly lag: number
  /** A pause this long makes its data stale, and `Resumed` is reported at once. After a shorter one it comes with `Heard`. */
  readonly stalePause: number
}

/** The default limits. */
export const defaultLimits: WatchLimits = {
  ack: 10_000,
  silent: silentMillis,
  dead: deadMillis,
  ping: 10_000,
  pong: 10_000,
  pauseNotice: 1000,
  pause: 30_000,
  lag: 5000,
  stalePause: 5000,
}

/** Fewer new bytes are no sign of a frame on its way: answers to pings alone are shorter. */
const progressBytes = 1024

/** How many unanswered pings are remembered: the oldest ones, and the newest. */
const mostPings = 8

/** The state of a connection. All times are session time, without the time in which reading was stopped. */
export interface Watch {
  readonly limits: WatchLimits
  /** When the link opened. */
  readonly openedAt: Millis
  /** When the last frame was read; undefined before the first. */
  readonly heardAt: Millis | undefined
  /** When bytes last came in, also of unfinished frames, and their count by then. */
  readonly progress: { readonly at: Millis; readonly bytes: number }
  /** The WebSocket pings without an answer. The oldest comes first, and is the one that counts. */
  readonly pings: ReadonlyArray<{ readonly number: number; readonly at: Millis }>
  /** Undefined if the transport has no pings. */
  readonly nextPing: { readonly number: number; readonly at: Millis } | undefined
  /** Whether `Silent` was reported. */
  readonly silent: boolean
  /** When reading stopped. Undefined while reading. */
  readonly stoppedAt: Millis | undefined
  /** The total time of earlier stops, in milliseconds. */
  readonly unread: number
  /** Set while frames that are read now may have waited in buffers. */
  readonly behind: Backlog | undefined
}

/**
 * Lasts from the moment reading stops until nothing sent before reading resumed can still be on its way: the answer to a
 * ping sent at that moment arrives after it. A late answer proves that the frames with it are late too.
 */
export interface Backlog {
  readonly since: Millis
  /** The ping whose answer ends the backlog, if it comes soon. Undefined while reading is stopped, and without pings. */
  readonly probe: { readonly number: number; readonly at: Millis } | undefined
  /** Whether `Paused` was reported: `Resumed` and `Heard` must follow. */
  readonly reported: boolean
  /** The time of a reported `Paused` that no `Resumed` has followed yet. */
  readonly pausedAt: Millis | undefined
  /**
   * Without pings, after a time in which nothing ran: when everything that waited outside of this process has been
   * delivered. Until then turn follows turn, each with one frame.
   */
  readonly until: Millis | undefined
}

/** A notice for the consumer, with its time. */
export interface WatchNotice {
  readonly _tag: "Paused" | "Resumed" | "Silent" | "Heard"
  readonly at: Millis
}

/** What follows from an observation. Order: the notices `before`, the frames that were read, the notices `after`. */
export interface WatchDecision {
  readonly watch: Watch
  readonly before: ReadonlyArray<WatchNotice>
  readonly after: ReadonlyArray<WatchNotice>
  /** A WebSocket ping to send now. */
  readonly ping: number | undefined
  /** Close the connection for this reason. */
  readonly end: DisconnectReason | undefined
}

const none: ReadonlyArray<WatchNotice> = []
const verdict = (watch: Watch, more: Partial<Omit<WatchDecision, "watch">> = {}): WatchDecision => ({
  watch,
  before: none,
  after: none,
  ping: undefined,
  end: undefined,
  ...more,
})

/** A link opened. */
export const openWatch = (at: Millis, canPing: boolean, limits: WatchLimits = defaultLimits): Watch => ({
  limits,
  openedAt: at,
  heardAt: undefined,
  progress: { at, bytes: 0 },
  pings: [],
  nextPing: canPing ? { number: 1, at: at + limits.ping } : undefined,
  silent: false,
  stoppedAt: undefined,
  unread: 0,
  behind: undefined,
})

/** A turn was read: `frames` of them, and the answer to ping `pong`. */
export const onTurn = (watch: Watch, at: Millis, frames: number, pong: number | undefined): WatchDecision => {
  const before: Array<WatchNotice> = []
  const after: Array<WatchNotice> = []
  let { heardAt, progress, silent, pings, behind } = watch
  // An answer counts for the earlier pings too: their answers may have been lost.
  if (pings.length > 0 && pong !== undefined) pings = pings.filter(({ number }) => number > pong)
  if (frames > 0) {
    heardAt = at
    progress = { at, bytes: progress.bytes }
    const [ping] = pings
    // Frames that come while an answer is that late have waited as long: they do not end silence.
    if (behind === undefined && ping !== undefined && at - ping.at >= watch.limits.lag) {
      before.push({ _tag: "Paused", at })
      behind = { since: ping.at, probe: ping, reported: true, pausedAt: at, until: undefined }
    }
    // With a backlog, only its end makes the session up to date.
    if (silent && behind?.reported !== true) {
      before.push({ _tag: "Heard", at })
      silent = false
    }
  }
  if (behind !== undefined && isAnswered(watch, behind, pong)) {
    const asked = watch.pings.find(({ number }) => number === pong) ?? behind.probe
    if (asked !== undefined && at - asked.at >= watch.limits.lag) {
      const { watch: probing, number, probe } = sendPing({ ...watch, heardAt, progress, silent, pings }, at)
      return verdict({ ...probing, behind: { ...behind, probe } }, { before, ping: number })
    }
    after.push(...caughtUp(behind, at))
    // Without a frame the connection is still silent, and the next check reports it again.
    if (behind.reported) silent = false
    behind = undefined
  }
  return verdict({ ...watch, heardAt, progress, silent, pings, behind }, { before, after })
}

/** The backlog has ended. */
const caughtUp = ({ pausedAt, reported }: Backlog, at: Millis): ReadonlyArray<WatchNotice> => [
  ...(pausedAt === undefined ? [] : [{ _tag: "Resumed", at } as const]),
  ...(reported ? [{ _tag: "Heard", at } as const] : []),
]

/** A transport without pings cannot pause: the first turn after a stop holds everything that waited in this process. */
const isAnswered = (watch: Watch, behind: Backlog, pong: number | undefined): boolean =>
  watch.nextPing === undefined
    ? behind.until === undefined
    : (behind.probe !== undefined && pong !== undefined && pong >= behind.probe.number)

/** Reading stops: there is no room for more. */
export const onStop = (watch: Watch, at: Millis): Watch =>
  watch.stoppedAt !== undefined ? watch : {
    ...watch,
    stoppedAt: at,
    behind: watch.behind === undefined
      ? { since: at, probe: undefined, reported: false, pausedAt: undefined, until: undefined }
      : { ...watch.behind, probe: undefined },
  }

/** Reading resumes: there is room. */
export const onResume = (watch: Watch, at: Millis): WatchDecision => {
  const { stoppedAt, behind } = watch
  if (stoppedAt === undefined || behind === undefined) return verdict(watch)
  const resumed = { ...withoutTime(watch, at - stoppedAt), stoppedAt: undefined, pings: [] }
  // Nothing can wait outside of this process, and the stop was short: the frames are not old.
  if (watch.nextPing === undefined && !behind.reported) return verdict({ ...resumed, behind: undefined })
  const { watch: probing, number, probe } = sendPing(resumed, at)
  const told = tellResumed({ ...behind, probe }, watch.limits, at)
  return verdict({ ...probing, behind: told.behind }, { before: told.notices, ping: number })
}

/** After a long pause the frames that follow are old: `Resumed` is reported at once, so that they are marked. */
const tellResumed = (
  behind: Backlog,
  limits: WatchLimits,
  at: Millis,
): { readonly behind: Backlog; readonly notices: ReadonlyArray<WatchNotice> } =>
  behind.pausedAt !== undefined && at - behind.pausedAt >= limits.stalePause
    ? { behind: { ...behind, pausedAt: undefined }, notices: [{ _tag: "Resumed", at }] }
    : { behind, notices: none }

/**
 * Nothing ran between these two times: the process was stopped or busy. Frames that come now may have waited, as in a
 * pause.
 */
export const onStall = (watch: Watch, from: Millis, at: Millis): WatchDecision => {
  if (watch.stoppedAt !== undefined) return onTime(watch, at, undefined)
  if (at - from >= watch.limits.pause) {
    const isTold = watch.behind?.pausedAt !== undefined
    return verdict(watch, { before: isTold ? none : [{ _tag: "Paused", at: from }], end: slowReader(at - from) })
  }
  const stopped = onStop(watch, from)
  const until = watch.nextPing === undefined ? at + watch.limits.pauseNotice : undefined
  const behind = { ...stopped.behind!, until }
  if (behind.pausedAt !== undefined) return onResume({ ...stopped, behind }, at)
  const resumed = onResume({ ...stopped, behind: { ...behind, reported: true, pausedAt: from } }, at)
  return { ...resumed, before: [{ _tag: "Paused", at: from }, ...resumed.before] }
}

/** Time has passed. `receivedBytes` is the link's count, if it has one. */
export const onTime = (watch: Watch, at: Millis, receivedBytes: number | undefined): WatchDecision => {
  const { limits, stoppedAt, behind } = watch
  if (stoppedAt !== undefined && behind !== undefined) {
    const tell = behind.pausedAt === undefined && at - stoppedAt >= limits.pauseNotice
    return verdict(tell ? { ...watch, behind: { ...behind, reported: true, pausedAt: stoppedAt } } : watch, {
      before: tell ? [{ _tag: "Paused", at: stoppedAt }] : none,
      end: at - stoppedAt >= limits.pause ? slowReader(at - stoppedAt) : undefined,
    })
  }
  let now = withProgress(watch, at, receivedBytes)
  const end = deadline(now, at)
  if (end !== undefined) return verdict(now, { end })
  const notices: Array<WatchNotice> = []
  if (!now.silent && now.heardAt !== undefined && at - now.heardAt >= limits.silent) {
    notices.push({ _tag: "Silent", at })
    now = { ...now, silent: true }
  }
  const { pings: [ping], heardAt } = now
  // Frames come, but not the answer to an earlier ping: they have waited at least as long.
  const late = ping !== undefined && heardAt !== undefined && heardAt > ping.at && at - ping.at >= limits.lag
  if (late && now.behind === undefined) {
    now = { ...now, behind: { since: ping.at, probe: ping, reported: false, pausedAt: undefined, until: undefined } }
  }
  if (now.behind?.until !== undefined && at >= now.behind.until) {
    const caught = caughtUp(now.behind, at)
    notices.push(...caught)
    now = { ...now, behind: undefined, silent: false }
  }
  if (now.behind !== undefined) {
    const { behind } = now
    if (!behind.reported && at - behind.since >= limits.pauseNotice) {
      notices.push({ _tag: "Paused", at })
      now = { ...now, behind: { ...behind, reported: true, pausedAt: at } }
    } else {
      const told = tellResumed(behind, limits, at)
      notices.push(...told.notices)
      now = { ...now, behind: told.behind }
    }
  }
  if (now.nextPing !== undefined && at >= now.nextPing.at) {
    const sent = sendPing(now, at)
    return verdict(sent.watch, { before: notices, ping: sent.number })
  }
  return verdict(now, { before: notices })
}

/** When `onTime` next has something to do, if nothing else happens. */
export const dueAt = (watch: Watch): Millis => {
  const { limits, stoppedAt, behind } = watch
  if (stoppedAt !== undefined) return stoppedAt + (mayReportPause(watch) ? limits.pauseNotice : limits.pause)
  const due: Array<Millis> = []
  if (watch.heardAt === undefined) due.push(watch.openedAt + limits.ack)
  else if (!watch.silent) due.push(watch.heardAt + limits.silent)
  else due.push(Math.max(watch.heardAt + limits.dead, watch.progress.at + limits.pong))
  const [ping] = watch.pings
  if (ping !== undefined) due.push(Math.max(ping.at, watch.progress.at) + limits.pong)
  if (watch.nextPing !== undefined) due.push(watch.nextPing.at)
  if (behind !== undefined && !behind.reported) due.push(behind.since + limits.pauseNotice)
  if (behind?.pausedAt !== undefined) due.push(behind.pausedAt + limits.stalePause)
  if (behind?.until !== undefined) due.push(behind.until)
  return Math.min(...due)
}

const deadline = (watch: Watch, at: Millis): DisconnectReason | undefined => {
  const { limits, heardAt, pings: [ping], progress } = watch
  if (heardAt === undefined) {
    return at - watch.openedAt >= limits.ack
      ? { kind: "silent", detail: `nothing within ${limits.ack / 1000} s of connecting` }
      : undefined
  }
  // A frame of tens of megabytes takes long on a slow line, and delays the answers to pings.
  if (at - progress.at < limits.pong) return undefined
  if (at - heardAt >= limits.dead) return { kind: "silent", detail: `nothing for ${limits.dead / 1000} s` }
  if (ping !== undefined && at - ping.at >= limits.pong) {
    return { kind: "no_pong", detail: `no answer to a ping for ${limits.pong / 1000} s` }
  }
  return undefined
}

const slowReader = (millis: number): DisconnectReason => ({
  kind: "slow_reader",
  detail: `not read for ${Math.round(millis / 1000)} s`,
})

const withProgress = (watch: Watch, at: Millis, bytes: number | undefined): Watch =>
  bytes === undefined || bytes - watch.progress.bytes < progressBytes ? watch : { ...watch, progress: { at, bytes } }

const sendPing = (watch: Watch, at: Millis): {
  readonly watch: Watch
  readonly number: number | undefined
  readonly probe: Backlog["probe"]
} => {
  if (watch.nextPing === undefined) return { watch, number: undefined, probe: undefined }
  const probe = { number: watch.nextPing.number, at }
  return {
    watch: {
      ...watch,
      pings: [...watch.pings.slice(0, mostPings - 1), probe],
      nextPing: { number: probe.number + 1, at: at + watch.limits.ping },
    },
    number: probe.number,
    probe,
  }
}

/** Takes a stop out of all times: it says nothing about the server. */
const withoutTime = (watch: Watch, millis: number): Watch => ({
  ...watch,
  openedAt: watch.openedAt + millis,
  heardAt: watch.heardAt === undefined ? undefined : watch.heardAt + millis,
  progress: { at: watch.progress.at + millis, bytes: watch.progress.bytes },
  unread: watch.unread + millis,
})

/** Whether reading has stopped and `Paused`, with the time of the stop, may still follow. */
export const mayReportPause = (watch: Watch | undefined): boolean =>
  watch?.stoppedAt !== undefined && watch.behind?.pausedAt === undefined
