/**
 * The watch over one connection: what counts as alive, silent, paused, behind and dead. Pure: every decision is a
 * function of what was seen and of session time, so it can be tested without a socket or a clock.
 */
import { deadMillis, type DisconnectReason, type Millis, silentMillis } from "@boltodds/protocol"

/** The limits a connection is held to, in milliseconds. */
export interface WatchLimits {
  /** Without a first frame. */
  readonly ack: number
  /** Without any frame, feed pings included, until the session counts as silent. */
  readonly silent: number
  /** Without any frame until the connection is given up. */
  readonly dead: number
  /** Between WebSocket pings. */
  readonly ping: number
  /** Without an answer to a WebSocket ping, and without a byte. */
  readonly pong: number
  /** How long we must be behind for it to be told: shorter stops are the ordinary give and take. */
  readonly pauseNotice: number
  /** How long we may stop reading until we hang up. */
  readonly pause: number
  /** How late an answer to a ping may be, while frames come, before we count as behind. */
  readonly lag: number
  /** A pause this long makes all it touches stale, so `Resumed` is told at once; after a shorter one with `Heard`. */
  readonly stalePause: number
}

/** The limits of DESIGN, "The session". */
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

/** Fewer new bytes than this are no sign of a frame on its way: answers to pings alone come to less. */
const progressBytes = 1024

/** So many unanswered pings are remembered: the oldest ones, and the newest. */
const mostPings = 8

/** What is known of a connection. All times are session time; time we did not read is taken out of them. */
export interface Watch {
  readonly limits: WatchLimits
  /** When the link opened. */
  readonly openedAt: Millis
  /** When the last frame was read; undefined before the first. */
  readonly heardAt: Millis | undefined
  /** When bytes last came in, of whole frames or not, and their count by then. */
  readonly progress: { readonly at: Millis; readonly bytes: number }
  /** The WebSocket pings that wait for their answers, the oldest first: it is the one that counts. */
  readonly pings: ReadonlyArray<{ readonly number: number; readonly at: Millis }>
  /** Undefined where the transport has no pings. */
  readonly nextPing: { readonly number: number; readonly at: Millis } | undefined
  /** `Silent` was told. */
  readonly silent: boolean
  /** Since when we are not reading. */
  readonly stoppedAt: Millis | undefined
  /** How long we did not read before that, all in all. */
  readonly unread: number
  /** What we read now may have waited in buffers. */
  readonly behind: Backlog | undefined
}

/**
 * From the moment we stop reading until it is certain that nothing sent before we read again is still on its way:
 * the answer to a ping sent then arrives behind it. An answer that is late itself proves that what comes with it is too.
 */
export interface Backlog {
  readonly since: Millis
  /** The ping whose answer ends this, if it comes soon; undefined while we are stopped, and where there are no pings. */
  readonly probe: { readonly number: number; readonly at: Millis } | undefined
  /** `Paused` was told, so `Resumed` and `Heard` must follow. */
  readonly reported: boolean
  /** When the `Paused` that no `Resumed` has followed yet was told. */
  readonly pausedAt: Millis | undefined
  /**
   * Where there are no pings: when all that waited outside of this process has been handed to it, after a time in which
   * nothing ran. Until then turn follows turn, each with one frame.
   */
  readonly until: Millis | undefined
}

/** Something to tell the consumer, with its time. */
export interface WatchNotice {
  readonly _tag: "Paused" | "Resumed" | "Silent" | "Heard"
  readonly at: Millis
}

/** What follows from an observation, in this order: `before` what was read is told, what was read, then `after`. */
export interface WatchDecision {
  readonly watch: Watch
  readonly before: ReadonlyArray<WatchNotice>
  readonly after: ReadonlyArray<WatchNotice>
  /** A WebSocket ping to send now. */
  readonly ping: number | undefined
  /** Hang up for this reason. */
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
  // An answer does for the pings before it too: theirs may have been lost.
  if (pings.length > 0 && pong !== undefined) pings = pings.filter(({ number }) => number > pong)
  if (frames > 0) {
    heardAt = at
    progress = { at, bytes: progress.bytes }
    const [ping] = pings
    // What comes while an answer is that late has waited as long: it ends no silence.
    if (behind === undefined && ping !== undefined && at - ping.at >= watch.limits.lag) {
      before.push({ _tag: "Paused", at })
      behind = { since: ping.at, probe: ping, reported: true, pausedAt: at, until: undefined }
    }
    // Behind, only the end of that makes the session up to date.
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
    // Without a frame it is still silent, and the next look says so again.
    if (behind.reported) silent = false
    behind = undefined
  }
  return verdict({ ...watch, heardAt, progress, silent, pings, behind }, { before, after })
}

/** Nothing waits any more. */
const caughtUp = ({ pausedAt, reported }: Backlog, at: Millis): ReadonlyArray<WatchNotice> => [
  ...(pausedAt === undefined ? [] : [{ _tag: "Resumed", at } as const]),
  ...(reported ? [{ _tag: "Heard", at } as const] : []),
]

/** Without pings a transport cannot pause: the first turn after we read again holds all that waited in this process. */
const isAnswered = (watch: Watch, behind: Backlog, pong: number | undefined): boolean =>
  watch.nextPing === undefined
    ? behind.until === undefined
    : (behind.probe !== undefined && pong !== undefined && pong >= behind.probe.number)

/** There is no room for what we read: we stop reading. */
export const onStop = (watch: Watch, at: Millis): Watch =>
  watch.stoppedAt !== undefined ? watch : {
    ...watch,
    stoppedAt: at,
    behind: watch.behind === undefined
      ? { since: at, probe: undefined, reported: false, pausedAt: undefined, until: undefined }
      : { ...watch.behind, probe: undefined },
  }

/** There is room: we read again. */
export const onResume = (watch: Watch, at: Millis): WatchDecision => {
  const { stoppedAt, behind } = watch
  if (stoppedAt === undefined || behind === undefined) return verdict(watch)
  const resumed = { ...withoutTime(watch, at - stoppedAt), stoppedAt: undefined, pings: [] }
  // Where nothing can wait outside of this process, what waited for so short a time is not old.
  if (watch.nextPing === undefined && !behind.reported) return verdict({ ...resumed, behind: undefined })
  const { watch: probing, number, probe } = sendPing(resumed, at)
  const told = tellResumed({ ...behind, probe }, watch.limits, at)
  return verdict({ ...probing, behind: told.behind }, { before: told.notices, ping: number })
}

/** After a long pause what is read is old, and to be flagged as such from here on. */
const tellResumed = (
  behind: Backlog,
  limits: WatchLimits,
  at: Millis,
): { readonly behind: Backlog; readonly notices: ReadonlyArray<WatchNotice> } =>
  behind.pausedAt !== undefined && at - behind.pausedAt >= limits.stalePause
    ? { behind: { ...behind, pausedAt: undefined }, notices: [{ _tag: "Resumed", at }] }
    : { behind, notices: none }

/**
 * Nothing at all ran between these two times: the process was stopped, or something held it. Whatever comes now may
 * have waited as it would in a pause.
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

/** Time went by. `receivedBytes` is the link's count, where it has one. */
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
  // Frames come, the answer to an earlier ping does not: they waited at least as long, wherever it was.
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

/** When `onTime` next has something to say, if nothing else happens. */
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
  // A frame of tens of megabytes takes its time on a slow line, and holds up the answers to pings behind it.
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

/** Time we did not read says nothing about the other side. */
const withoutTime = (watch: Watch, millis: number): Watch => ({
  ...watch,
  openedAt: watch.openedAt + millis,
  heardAt: watch.heardAt === undefined ? undefined : watch.heardAt + millis,
  progress: { at: watch.progress.at + millis, bytes: watch.progress.bytes },
  unread: watch.unread + millis,
})

/** Whether we have stopped reading for so short that `Paused`, with the time it began, may yet be told. */
export const mayReportPause = (watch: Watch | undefined): boolean =>
  watch?.stoppedAt !== undefined && watch.behind?.pausedAt === undefined
