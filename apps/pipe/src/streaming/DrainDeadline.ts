/** Limits how long the end of a run takes beyond its drain time. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** After a signal: for what is still being opened. */
const openMillis = 1_000
/** After the report: for destinations to close. */
const closeMillis = 1_000

/** Waits for a run, but not for an open or close that never returns. */
export class DrainDeadline<A> {
  readonly #givenUp: Promise<Exit.Exit<A, unknown>>
  #giveUp: (exit: Exit.Exit<A, unknown>) => void = () => {}
  readonly #timers: Array<NodeJS.Timeout> = []

  constructor() {
    this.#givenUp = new Promise((resolve) => this.#giveUp = resolve)
  }

  /** A signal came before everything was open. */
  giveUpOpening(): void {
    this.#after(openMillis, Exit.interrupt())
  }

  /** Everything is open. */
  opened(): void {
    this.#stop()
  }

  /** The report is made, and the run comes to this. */
  giveUpClosing(outcome: Exit.Exit<A, unknown>): void {
    this.#stop()
    this.#after(closeMillis, outcome)
  }

  /** What the program comes to. */
  async exitOf(program: Effect.Effect<A, unknown>): Promise<Exit.Exit<A, unknown>> {
    // Node ends a process that waits for nothing it knows of, such as a plug-in that never opens.
    const alive = setInterval(() => {}, 60_000)
    try {
      return await Promise.race([Effect.runPromiseExit(program), this.#givenUp])
    } finally {
      clearInterval(alive)
      this.#stop()
    }
  }

  #after(millis: number, exit: Exit.Exit<A, unknown>): void {
    this.#timers.push(setTimeout(() => this.#giveUp(exit), millis))
  }

  #stop(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer)
  }
}
