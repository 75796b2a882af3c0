/** Processes that contend for a lease in virtual time: clocks that differ, stops, lost and late answers, a store that fails. */
import { generator } from "../../../state/test/random.ts"
import {
  holds,
  type LeaseAnswer,
  type LeaseAsk,
  type LeaseInput,
  type LeaseLoss,
  type LeaseOutput,
  type LeaseSettings,
  type LeaseState,
  type LeaseTime,
  makeLease,
  stepLease,
  tickIn,
} from "../../src/lease/LeaseMachine.ts"

/** What happened in a world. */
export interface LeaseCounts {
  acquired: number
  lost: { [why in LeaseLoss]: number }
  kept: number
  released: number
  /** Two at a time, of which one was kept beyond its end. */
  overlaps: number
}

export const noCounts = (): LeaseCounts => ({
  acquired: 0,
  lost: { unreachable: 0, stopped: 0, taken: 0 },
  kept: 0,
  released: 0,
  overlaps: 0,
})

interface Contender {
  state: LeaseState
  /** Of its clock against time: 1 is exact. */
  readonly rate: number
  readonly startedAt: number
  /** Time in which its machine slept, which its least clock did not see. */
  slept: number
  /** Frozen: what comes waits. */
  isStopped: boolean
  isAlive: boolean
  isLed: boolean
  /** Cut off from the store. */
  isCut: boolean
  waiting: Array<LeaseInput>
}

type Times = Omit<LeaseSettings, "me">

export const usualTimes: Times = {
  ttlMillis: 10_000,
  renewMillis: 2_000,
  marginMillis: 2_000,
  pollMillis: 500,
  timeoutMillis: 2_000,
  keep: false,
}

export class LeaseWorld {
  now = 0
  readonly counts: LeaseCounts
  readonly #random: () => number
  readonly #times: Times
  readonly #queue: Array<{ readonly at: number; readonly order: number; readonly run: () => void }> = []
  #order = 0
  #names = 0
  readonly contenders: Array<Contender> = []
  #entry: { revision: number; holder: string | undefined } = { revision: 0, holder: undefined }
  isDown = false
  /** How often messages are lost or late. */
  trouble = 0

  constructor(seed: number, times: Times, counts: LeaseCounts) {
    this.#random = generator(seed)
    this.#times = times
    this.counts = counts
  }

  below(most: number): number {
    return Math.floor(this.#random() * most)
  }

  chance(share: number): boolean {
    return this.#random() < share
  }

  /** Starts a process. */
  join(): Contender {
    const me = `process-${++this.#names}`
    const contender: Contender = {
      state: undefined as unknown as LeaseState,
      // A clock of a machine goes wrong by far less.
      rate: 1 + (this.#random() - 0.5) / 50,
      startedAt: this.now,
      slept: 0,
      isStopped: false,
      isAlive: true,
      isLed: false,
      isCut: false,
      waiting: [],
    }
    contender.state = makeLease({ ...this.#times, me }, this.timeOf(contender))
    this.contenders.push(contender)
    this.give(contender, { _tag: "Tick" })
    this.#tick(contender)
    return contender
  }

  kill(contender: Contender): void {
    contender.isAlive = false
    this.contenders.splice(this.contenders.indexOf(contender), 1)
  }

  /** Stops a process for a time; with `isSleep` its machine, so that its least clock stands still. */
  stop(contender: Contender, millis: number, isSleep: boolean): void {
    if (contender.isStopped) return
    contender.isStopped = true
    this.after(millis, () => {
      if (isSleep) contender.slept += millis
      contender.isStopped = false
      const waiting = contender.waiting.splice(0)
      // Its timers or its sockets may come first.
      if (this.chance(0.5)) waiting.reverse()
      for (const input of waiting) this.give(contender, input)
    })
  }

  /** What a process asks for in an orderly end. */
  release(contender: Contender): void {
    this.give(contender, { _tag: "Release" })
  }

  after(millis: number, run: () => void): void {
    this.#queue.push({ at: this.now + millis, order: this.#order++, run })
  }

  /** Lets time pass. */
  run(millis: number): void {
    const end = this.now + millis
    for (;;) {
      let next = -1
      for (let index = 0; index < this.#queue.length; index++) {
        const [one, other] = [this.#queue[index]!, this.#queue[next]]
        if (other === undefined || one.at < other.at || one.at === other.at && one.order < other.order) next = index
      }
      const due = this.#queue[next]
      if (due === undefined || due.at > end) break
      this.#queue.splice(next, 1)
      this.now = due.at
      this.check()
      due.run()
      this.check()
    }
    this.now = end
    this.check()
  }

  timeOf({ rate, startedAt, slept }: Contender): LeaseTime {
    const elapsed = (this.now - startedAt) * rate
    return { least: elapsed - slept, most: elapsed }
  }

  /** The processes that may write now. */
  get leaders(): ReadonlyArray<Contender> {
    return this.contenders.filter((each) => !each.isStopped && holds(each.state, this.timeOf(each)))
  }

  /** At most one may write, but for one that goes on beyond its end. */
  check(): void {
    const leaders = this.leaders
    if (leaders.length < 2) return
    const within = leaders.filter((each) => this.timeOf(each).most < each.state.until)
    if (within.length > 1 || !this.#times.keep) {
      throw new Error(`at ${this.now}: ${leaders.map(({ state }) => state.settings.me).join(" and ")} lead`)
    }
    this.counts.overlaps++
  }

  give(contender: Contender, input: LeaseInput): void {
    if (!contender.isAlive) return
    if (contender.isStopped) return void contender.waiting.push(input)
    const { state, outputs } = stepLease(contender.state, input, this.timeOf(contender))
    contender.state = state
    for (const output of outputs) this.#take(contender, output)
    if (input._tag === "Release") contender.isLed = false
    const may = holds(state, this.timeOf(contender))
    if (may && !contender.isLed && state.role === "leader") throw new Error(`at ${this.now}: leads without Acquired`)
    if (!may && contender.isLed) throw new Error(`at ${this.now}: does not lead, without Lost`)
  }

  #take(contender: Contender, output: LeaseOutput): void {
    switch (output._tag) {
      case "Acquired":
        if (contender.isLed) throw new Error(`at ${this.now}: acquired twice`)
        contender.isLed = true
        this.counts.acquired++
        return
      case "Lost":
        if (!contender.isLed) throw new Error(`at ${this.now}: lost what it did not have`)
        contender.isLed = false
        this.counts.lost[output.why]++
        return
      case "Kept":
        this.counts.kept++
        return
      case "HeldBy":
        return
      case "Released":
        this.counts.released++
        // The process has ended.
        return this.kill(contender)
      case "Ask":
        return this.#ask(contender, output.request, output.ask)
    }
  }

  /** A message to the store and back: each may be lost, and each may take its time. */
  #ask(contender: Contender, request: number, ask: LeaseAsk): void {
    const isLost = () => this.isDown || contender.isCut || this.chance(this.trouble / 10)
    const delay = () => this.chance(this.trouble / 5) ? this.below(6_000) : this.below(20)
    this.after(delay(), () => {
      if (isLost()) return this.#fail(contender, request)
      const answer = this.#answer(contender.state.settings, ask)
      this.after(delay(), () => {
        if (isLost()) this.#fail(contender, request)
        else this.give(contender, { _tag: "Answer", request, answer })
      })
    })
  }

  /** Nothing comes, or an error. */
  #fail(contender: Contender, request: number): void {
    if (this.chance(0.5)) this.give(contender, { _tag: "Answer", request, answer: { _tag: "Unreachable" } })
  }

  #answer({ me, ttlMillis }: LeaseSettings, ask: LeaseAsk): LeaseAnswer {
    const { revision, holder } = this.#entry
    if (ask._tag === "Read") {
      return holder === undefined ? { _tag: "Free", revision } : { _tag: "Entry", revision, holder, ttlMillis }
    }
    if (ask.after !== revision) return { _tag: "Conflict" }
    this.#entry = { revision: revision + 1, holder: ask._tag === "Write" ? me : undefined }
    return { _tag: "Done", revision: revision + 1 }
  }

  #tick(contender: Contender): void {
    // A timer is late at times.
    this.after(tickIn(contender.state) + this.below(20), () => {
      if (!contender.isAlive) return
      this.give(contender, { _tag: "Tick" })
      this.#tick(contender)
    })
  }
}
