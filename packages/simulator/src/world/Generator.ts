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
/** A process that was held up makes up for this much; what is beyond it never happens. */
const mostCatchUpMillis = 1000

/** Not performance.now(): at its first use Node loads all of perf_hooks. */
const nowMillis = (): number => process.uptime() * 1000

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
  /** Counts beginnings and ends: what is called in the midst of a turn may have begun or ended all this anew. */
  #life = 0

  constructor(host: GeneratorHost, rate: number) {
    this.#host = host
    this.#rate = rate
  }

  /** Begins, or begins again from now after a pause or a change of rate. */
  #begin(): void {
    this.#end()
    this.#waiting = false
    if (this.#paused || this.#stopped || this.#rate <= 0) return
    this.#last = nowMillis()
    this.#schedule(Math.max(1000 / this.#rate, turnMillis))
  }

  #end(): void {
    this.#life++
    clearTimeout(this.#timer)
  }

  start(): void {
    this.#begin()
  }

  stop(): void {
    this.#stopped = true
    this.#end()
  }

  pause(): void {
    this.#paused = true
    this.#end()
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

  #schedule(afterMillis: number): void {
    this.#timer = setTimeout(this.#turn, afterMillis)
  }

  readonly #turn = (): void => {
    if (this.#host.congested()) {
      this.#waiting = true
      return
    }
    const life = this.#life
    const rate = this.#rate
    const now = nowMillis()
    const most = Math.max((mostCatchUpMillis * rate) / 1000, 2)
    this.#due = Math.min(this.#due + ((now - this.#last) * rate) / 1000, most)
    this.#last = now
    // A turn stays short however much there is to make up for: the process has sockets to serve in between.
    const whole = Math.min(Math.floor(this.#due), Math.ceil((2 * turnMillis * rate) / 1000))
    // There may be more than asked for: some events take several messages. Later turns make up for it.
    if (whole >= 1) this.#due -= this.#host.generate(whole)
    if (this.#life !== life) return
    const interval = Math.max(1000 / rate, turnMillis)
    this.#schedule(this.#due >= whole && whole > 1 ? 0 : Math.max(interval - (nowMillis() - now), 0))
  }
}
