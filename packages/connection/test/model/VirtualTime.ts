/**
 * The machine that a script runs on: its clocks, its timers and its scheduler. Beyond what a TestClock does, its wall can
 * be set, and its process can be held up while the world goes on; and it runs thousands of hours a minute.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import type * as Scheduler from "effect/Scheduler"

/** When every script begins, by the wall. */
export const startOfTime = Date.UTC(2026, 6, 16, 17)

/** Far more turns than any of this takes without time going by. */
const mostTurns = 100_000

interface Timer {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/** Timers by their time, those of the same time in the order they were set. */
class Timers {
  readonly #timers: Array<Timer> = []
  #order = 0

  get size(): number {
    return this.#timers.length
  }
  get nextAt(): number {
    return this.#timers.at(-1)?.at ?? Infinity
  }

  set(at: number, run: () => void): () => void {
    const timer: Timer = { at, order: this.#order++, run }
    let index = this.#timers.length
    while (index > 0 && this.#timers[index - 1]!.at <= at) index--
    this.#timers.splice(index, 0, timer)
    return () => {
      const found = this.#timers.indexOf(timer)
      if (found >= 0) this.#timers.splice(found, 1)
    }
  }

  runNext(): void {
    this.#timers.pop()!.run()
  }
}

/** The clocks of the machine. */
export interface TimeObserver {
  /** Nothing can run any more before time goes by. */
  readonly settled: () => void
  /** Time went by; with `stalled`, the process did not run in it. */
  readonly elapsed: (millis: number, stalled: boolean) => void
}

/** Virtual time. Monotonic time starts at 0. */
export class VirtualTime {
  mono = 0
  wallShift = startOfTime
  observer: TimeObserver = { settled: () => {}, elapsed: () => {} }
  readonly clock: Clock.Clock
  readonly scheduler: Scheduler.Scheduler
  readonly metrics: Metric.FiberRuntimeMetricsService
  /** Fibers that have started and not ended. */
  fibers = 0
  #stalled = false
  #held: Array<() => void> = []
  #tasks: Array<() => void> = []
  readonly #process = new Timers()
  readonly #world = new Timers()

  constructor(yieldEvery: number) {
    const wall = () => this.mono + this.wallShift
    const nanos = () => BigInt(wall()) * 1_000_000n
    const monoNanos = () => BigInt(Math.round(this.mono * 1000)) * 1000n
    this.clock = {
      currentTimeMillisUnsafe: wall,
      currentTimeMillis: Effect.sync(wall),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: monoNanos,
      monotonicTimeNanos: Effect.sync(monoNanos),
      sleep: (duration) =>
        Effect.callback((resume) => {
          const cancel = this.#process.set(this.mono + Duration.toMillis(duration), () => resume(Effect.void))
          return Effect.sync(cancel)
        }),
    }
    const dispatcher: Scheduler.SchedulerDispatcher = {
      scheduleTask: (task) => void this.#tasks.push(task),
      flush: () => {},
    }
    this.scheduler = {
      executionMode: "async",
      shouldYield: (fiber) => fiber.currentOpCount >= yieldEvery,
      makeDispatcher: () => dispatcher,
    }
    this.metrics = {
      recordFiberStart: () => void this.fibers++,
      recordFiberEnd: () => void this.fibers--,
    }
  }

  /** Timers of the process that are set. */
  get timers(): number {
    return this.#process.size
  }
  get stalled(): boolean {
    return this.#stalled
  }

  /** Runs an effect on this machine. */
  run<A, E>(effect: Effect.Effect<A, E>): Fiber.Fiber<A, E> {
    return Effect.runFork(
      effect.pipe(
        Effect.provideService(Clock.Clock, this.clock),
        Effect.provideService(Metric.FiberRuntimeMetrics, this.metrics),
      ),
      { scheduler: this.scheduler },
    )
  }

  /** Has the world do something later. */
  later(millis: number, act: () => void): void {
    this.#world.set(this.mono + millis, act)
  }

  /** Hands something to the process: at once, or when it runs again. */
  deliver(act: () => void): void {
    if (this.#stalled) this.#held.push(act)
    else act()
  }

  /** Lets everything run that can run without time going by. */
  async settle(): Promise<void> {
    let turns = 0
    for (let rounds = 0; rounds < 2; rounds++) {
      // What microtasks bring may need another round of tasks, and the other way round.
      await undefined
      if (this.#tasks.length === 0) continue
      rounds = -1
      if (++turns > mostTurns) throw new Error("the process is busy for ever")
      const tasks = this.#tasks
      this.#tasks = []
      for (const task of tasks) task()
    }
    this.observer.settled()
  }

  /** Has time go by. */
  async pass(millis: number): Promise<void> {
    const end = this.mono + millis
    for (;;) {
      const next = Math.min(this.#process.nextAt, this.#world.nextAt)
      if (next > end) break
      this.#moveTo(next, false)
      if (this.#world.nextAt <= next) this.#world.runNext()
      else this.#process.runNext()
      await this.settle()
    }
    this.#moveTo(end, false)
    await this.settle()
  }

  /** Has time go by while the process is held up: its timers are late, and what comes for it waits. */
  async stall(millis: number, framesFirst: boolean): Promise<void> {
    const end = this.mono + millis
    this.#stalled = true
    for (let next = this.#world.nextAt; next <= end; next = this.#world.nextAt) {
      this.#moveTo(next, true)
      this.#world.runNext()
    }
    this.#moveTo(end, true)
    this.#stalled = false
    const due = () => {
      while (this.#process.nextAt <= end) this.#process.runNext()
    }
    const held = this.#held
    this.#held = []
    if (!framesFirst) due()
    for (const act of held) act()
    if (framesFirst) due()
    await this.settle()
  }

  #moveTo(mono: number, stalled: boolean): void {
    const millis = mono - this.mono
    this.mono = mono
    if (millis > 0) this.observer.elapsed(millis, stalled)
  }
}
