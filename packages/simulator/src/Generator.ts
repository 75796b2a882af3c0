/** The pace at which the world happens. */

/** What a generator drives. */
export interface GeneratorHost {
  /** Lets the world run for at least so many messages and sends them; gives how many it were. */
  readonly generate: (messages: number) => number
  /** Whether it must wait for a client. */
  readonly congested: () => boolean
}

/** Between turns at high rates: several messages share a turn, and so an array frame. */
const turnMillis = 10
/**
 * The most that one turn makes up for when the process was held up, so that turns stay short: a machine that cannot
 * keep up falls behind its rate, and stays responsive.
 */
const mostCatchUpMillis = 50

/** Generates at a rate, waiting where a client must be waited for. */
export class Generator {
  readonly #host: GeneratorHost
  #rate: number
  #timer: NodeJS.Timeout | undefined
  #paused = false
  #stopped = false
  #waiting = false
  #last = 0
  #due = 0

  constructor(host: GeneratorHost, rate: number) {
    this.#host = host
    this.#rate = rate
  }

  /** Begins, or begins again from now after a pause or a change of rate. */
  #begin(): void {
    clearTimeout(this.#timer)
    this.#waiting = false
    if (this.#paused || this.#stopped || this.#rate <= 0) return
    this.#last = performance.now()
    this.#schedule()
  }

  start(): void {
    this.#begin()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  pause(): void {
    this.#paused = true
    clearTimeout(this.#timer)
  }

  resume(): void {
    this.#paused = false
    this.#begin()
  }

  setRate(rate: number): void {
    this.#rate = rate
    this.#due = 0
    this.#begin()
  }

  /** A client took something: goes on if that was what it waited for. */
  relieved(): void {
    if (this.#waiting && !this.#host.congested()) this.#begin()
  }

  #schedule(): void {
    const interval = Math.max(1000 / this.#rate, turnMillis)
    this.#timer = setTimeout(this.#turn, Math.max(interval - (performance.now() - this.#last), 0))
  }

  readonly #turn = (): void => {
    if (this.#host.congested()) {
      this.#waiting = true
      return
    }
    const now = performance.now()
    this.#due += (Math.min(now - this.#last, Math.max(mostCatchUpMillis, 2000 / this.#rate)) * this.#rate) / 1000
    this.#last = now
    const whole = Math.floor(this.#due)
    // More than asked for may come: some things that happen take several messages to tell. The next turn makes up.
    if (whole >= 1) this.#due -= this.#host.generate(whole)
    this.#schedule()
  }
}
