/**
 * Who holds a lease: a pure state that takes times and the answers of a store, and returns what to ask and when this process
 * leads. It can be tested without a server and without a clock.
 *
 * The safety of the lease is an order of times. A leader counts from the moment at which it *sent* a renewal, and ends
 * `marginMillis` before the time is over. A standby counts from the moment at which it *read* that renewal, which is
 * later, and takes over with a write that fails if the entry has changed since. So two leaders at a time need clocks that
 * differ by the margin within one lease, or a process that was stopped: what it writes after that must be refused by
 * {@link holds} and by where it writes.
 */

/** The times of a lease, in milliseconds, and who asks for it. */
export interface LeaseSettings {
  /** A name of this process that no other one has. */
  readonly me: string
  /** After this time without a renewal a standby takes over. */
  readonly ttlMillis: number
  /** Between two renewals. */
  readonly renewMillis: number
  /** How much earlier than others the leader itself counts its lease as over. */
  readonly marginMillis: number
  /** Between two looks of a standby, and between two attempts while the store cannot be reached. */
  readonly pollMillis: number
  /** After this time without an answer the store counts as unreachable. */
  readonly timeoutMillis: number
  /** Whether a leader goes on while the store cannot be reached, beyond the end of its lease. */
  readonly keep: boolean
}

/** A time, by two clocks in milliseconds. Neither goes back. */
export interface LeaseTime {
  /** Elapsed time, without the time in which the machine slept: it may be too small. A standby waits by it. */
  readonly least: number
  /** With that time, or what looks like it: it may be too large. A leader ends by it. */
  readonly most: number
}

/** What to ask the store. `after` is the revision that the entry must still have; 0: it was never written. */
export type LeaseAsk =
  | { readonly _tag: "Read" }
  | { readonly _tag: "Write"; readonly after: number }
  | { readonly _tag: "Delete"; readonly after: number }

/** What the store answers. */
export type LeaseAnswer =
  /** To a read: who holds the lease, and the time that the holder goes by. */
  | { readonly _tag: "Entry"; readonly revision: number; readonly holder: string; readonly ttlMillis: number }
  /** To a read: nobody. The revision of the release; 0: it was never held. */
  | { readonly _tag: "Free"; readonly revision: number }
  /** To a write or a delete: done. */
  | { readonly _tag: "Done"; readonly revision: number }
  /** To a write or a delete: the entry has another revision. */
  | { readonly _tag: "Conflict" }
  /** It is not known whether anything was done. */
  | { readonly _tag: "Unreachable" }

/** What happens. */
export type LeaseInput =
  | { readonly _tag: "Tick" }
  | { readonly _tag: "Answer"; readonly request: number; readonly answer: LeaseAnswer }
  /** The process wants to hold it no longer, and writes nothing from now on. */
  | { readonly _tag: "Release" }

/** Why a leader no longer leads. */
export type LeaseLoss =
  /** It was not renewed in time, because the store could not be reached. */
  | "unreachable"
  /** This process was stopped for so long that others may have taken over. */
  | "stopped"
  /** Another process has it. */
  | "taken"

/** What to do. */
export type LeaseOutput =
  | { readonly _tag: "Ask"; readonly request: number; readonly ask: LeaseAsk }
  /** From now on this process leads. */
  | { readonly _tag: "Acquired" }
  /** From now on it must write nothing. */
  | { readonly _tag: "Lost"; readonly why: LeaseLoss }
  /** Another process holds it. Once for each holder. */
  | { readonly _tag: "HeldBy"; readonly holder: string }
  /** The end of the lease has passed, and this process goes on leading (`keep`). */
  | { readonly _tag: "Kept" }
  /** Released, or given up: others wait for its end. */
  | { readonly _tag: "Released" }

/** The state of a process. */
export interface LeaseState {
  readonly settings: LeaseSettings
  readonly role: "standby" | "leader" | "releasing" | "released"
  /** The revision of the entry, as far as it is known. */
  readonly revision: number
  /** Of a leader: when it ends, by `most`. */
  readonly until: number
  /** Of a standby: the entry as it has been since a time, by `least`, without a failure to read it. */
  readonly seen: { readonly revision: number; readonly at: number } | undefined
  /** The holder that was reported last. */
  readonly holder: string | undefined
  /** The question without an answer. */
  readonly asked:
    | { readonly request: number; readonly ask: LeaseAsk; readonly at: LeaseTime }
    | undefined
  /** The number of the last question. */
  readonly request: number
  /** When the next question is due, by `least`. */
  readonly dueAt: number
  /** The last time that was seen. */
  readonly now: LeaseTime
  /** Whether `Kept` was reported for this end. */
  readonly isKept: boolean
}

/** What follows from an input. */
export interface LeaseStep {
  readonly state: LeaseState
  readonly outputs: ReadonlyArray<LeaseOutput>
}

/** The state at the start: nobody is known to hold it. */
export const makeLease = (settings: LeaseSettings, now: LeaseTime): LeaseState => ({
  settings,
  role: "standby",
  revision: 0,
  until: 0,
  seen: undefined,
  holder: undefined,
  asked: undefined,
  request: 0,
  dueAt: now.least,
  now,
  isKept: false,
})

/** When the next `Tick` is due at the latest, in milliseconds from the last input. */
export const tickIn = ({ settings: { pollMillis, marginMillis }, asked, dueAt, now }: LeaseState): number => {
  const most = Math.min(pollMillis, marginMillis / 4)
  return Math.max(1, asked === undefined ? Math.min(most, dueAt - now.least) : most)
}

/**
 * Whether this process may write at this moment. To be asked before each write with the time as it is then: after a stop
 * of the process, records that wait are written before any timer fires.
 */
export const holds = (state: LeaseState, now: LeaseTime): boolean =>
  state.role === "leader" && (now.most < state.until || mayKeep(state, now))

/**
 * Beyond its end a leader leads on only if it was awake all the time: then it knows that it cannot reach the store. One
 * that was stopped knows nothing.
 */
const mayKeep = ({ settings: { keep, marginMillis }, now: last }: LeaseState, now: LeaseTime): boolean =>
  keep && now.most - last.most < marginMillis

/** Takes an input at a time. */
export const stepLease = (before: LeaseState, input: LeaseInput, now: LeaseTime): LeaseStep => {
  const outputs: Array<LeaseOutput> = []
  // Whatever comes: first the clock.
  let state = expired(before, now, outputs)
  if (input._tag === "Answer" && state.asked?.request === input.request) {
    const { ask, at } = state.asked
    state = answered({ ...state, asked: undefined }, { ask, at, answer: input.answer }, now, outputs)
  } else if (input._tag === "Release") state = released(state, now, outputs)
  const { asked, settings: { timeoutMillis } } = state
  if (asked !== undefined && now.most - asked.at.most >= timeoutMillis) {
    const late = { ...asked, answer: { _tag: "Unreachable" } as const }
    state = answered({ ...state, asked: undefined }, late, now, outputs)
  }
  return { state: askDue(state, now, outputs), outputs }
}

/** Ends the lead when its time is over. */
const expired = (state: LeaseState, now: LeaseTime, outputs: Array<LeaseOutput>): LeaseState => {
  const { role, until, settings: { marginMillis } } = state
  if (role !== "leader" || now.most < until) return { ...state, now }
  if (mayKeep(state, now)) {
    if (!state.isKept) outputs.push({ _tag: "Kept" })
    return { ...state, now, isKept: true }
  }
  const why = now.most - state.now.most >= marginMillis ? "stopped" : "unreachable"
  return lost({ ...state, now }, why, outputs)
}

/** A leader that leads no longer looks at once who leads: perhaps nobody else. */
const lost = (state: LeaseState, why: LeaseLoss, outputs: Array<LeaseOutput>): LeaseState => {
  outputs.push({ _tag: "Lost", why })
  return { ...state, role: "standby", seen: undefined, holder: undefined, isKept: false, dueAt: state.now.least }
}

interface Answered {
  readonly ask: LeaseAsk
  /** When it was asked. */
  readonly at: LeaseTime
  readonly answer: LeaseAnswer
}

const answered = (
  state: LeaseState,
  { ask, at, answer }: Answered,
  now: LeaseTime,
  outputs: Array<LeaseOutput>,
): LeaseState => {
  const { pollMillis } = state.settings
  switch (answer._tag) {
    case "Entry":
    case "Free":
      return read(state, answer, now, outputs)
    case "Done":
      if (ask._tag === "Write") return written(state, answer.revision, at, now, outputs)
      outputs.push({ _tag: "Released" })
      return { ...state, role: "released" }
    case "Conflict":
      // Another process wrote, or a write of this one that had no answer.
      return asking(state, { _tag: "Read" }, now, outputs)
    case "Unreachable":
      if (state.role === "releasing") {
        outputs.push({ _tag: "Released" })
        return { ...state, role: "released" }
      }
      // A leader that could not be reached either must have time to renew, once the store answers again.
      return { ...state, seen: undefined, dueAt: now.least + pollMillis }
  }
}

/** The entry was written by this process, as sent at a time. */
const written = (
  state: LeaseState,
  revision: number,
  at: LeaseTime,
  now: LeaseTime,
  outputs: Array<LeaseOutput>,
): LeaseState => {
  const { role, settings: { ttlMillis, renewMillis, marginMillis } } = state
  const until = at.most + ttlMillis - marginMillis
  const next = { ...state, revision, dueAt: at.least + renewMillis }
  switch (role) {
    case "leader":
      return { ...next, until: Math.max(state.until, until), isKept: now.most < until ? false : state.isKept }
    case "standby":
      // The answer came so late that others may hold it by now: it is renewed first.
      if (now.most >= until) return { ...next, dueAt: now.least }
      outputs.push({ _tag: "Acquired" })
      return { ...next, role: "leader", until, seen: undefined, holder: undefined, isKept: false }
    case "releasing":
      return asking(next, { _tag: "Delete", after: revision }, now, outputs)
    case "released":
      return next
  }
}

const read = (
  state: LeaseState,
  answer: Extract<LeaseAnswer, { readonly _tag: "Entry" | "Free" }>,
  now: LeaseTime,
  outputs: Array<LeaseOutput>,
): LeaseState => {
  const { role, settings: { me, ttlMillis, pollMillis } } = state
  const { revision } = answer
  const isMine = answer._tag === "Entry" && answer.holder === me
  if (role === "releasing") {
    if (isMine) return asking(state, { _tag: "Delete", after: revision }, now, outputs)
    outputs.push({ _tag: "Released" })
    return { ...state, role: "released" }
  }
  // A store that counts anew has lost an entry, perhaps that of a leader. Only the leader itself may write at once.
  const hasForgotten = answer._tag === "Free" && revision < state.revision && role !== "leader"
  // Free, or held by this process: nobody else has had it since.
  if (isMine || answer._tag === "Free" && !hasForgotten) {
    return asking(state, { _tag: "Write", after: revision }, now, outputs)
  }
  const theirs = answer._tag === "Entry" ? answer : { holder: undefined, ttlMillis, revision: state.revision }
  const ended = role === "leader" ? lost(state, "taken", outputs) : state
  if (theirs.holder !== undefined && ended.holder !== theirs.holder) {
    outputs.push({ _tag: "HeldBy", holder: theirs.holder })
  }
  const seen = ended.seen?.revision === revision ? ended.seen : { revision, at: now.least }
  const endsAt = seen.at + Math.max(ttlMillis, theirs.ttlMillis)
  const next = { ...ended, seen, holder: theirs.holder, revision: theirs.revision }
  return now.least >= endsAt
    ? asking(next, { _tag: "Write", after: revision }, now, outputs)
    : { ...next, dueAt: Math.min(now.least + pollMillis, endsAt) }
}

const released = (state: LeaseState, now: LeaseTime, outputs: Array<LeaseOutput>): LeaseState => {
  if (state.role === "leader") {
    const next: LeaseState = { ...state, role: "releasing" }
    // A renewal on its way changes the revision: its answer comes first.
    return next.asked === undefined ? asking(next, { _tag: "Delete", after: next.revision }, now, outputs) : next
  }
  if (state.role === "standby") outputs.push({ _tag: "Released" })
  return state.role === "standby" ? { ...state, role: "released" } : state
}

const asking = (state: LeaseState, ask: LeaseAsk, now: LeaseTime, outputs: Array<LeaseOutput>): LeaseState => {
  const request = state.request + 1
  outputs.push({ _tag: "Ask", request, ask })
  return { ...state, request, asked: { request, ask, at: now } }
}

/** Asks what is due: a leader renews, a standby looks. */
const askDue = (state: LeaseState, now: LeaseTime, outputs: Array<LeaseOutput>): LeaseState => {
  const { role, asked, dueAt, revision } = state
  if (asked !== undefined || now.least < dueAt || role === "releasing" || role === "released") return state
  return asking(state, role === "leader" ? { _tag: "Write", after: revision } : { _tag: "Read" }, now, outputs)
}
