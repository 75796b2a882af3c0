/** Running a target: from a seed to the first finding, or to the end of its time. */
import * as fc from "fast-check"
import { Worker } from "node:worker_threads"
import { patience } from "@boltodds/testing/patience"

/** Something that reads what comes from outside. */
export interface Target<I> {
  /** The name that `-t` of vitest takes. */
  readonly name: string
  readonly inputs: fc.Arbitrary<I>
  /** Reads an input. Throws if the result is not a documented one. */
  readonly read: (input: I) => Promise<void>
  /** An input as text, whole. */
  readonly show: (input: I) => string
  /** How many inputs each seed stands for. */
  readonly inputsPerSeed: number
  /** Inputs that once went wrong. */
  readonly regressions: Readonly<Record<string, I>>
}

/** What a run did. */
export interface FuzzCounts {
  readonly inputs: number
  readonly seeds: number
}

/** One input may take this long. */
const limitMillis = 60_000 * patience()
const longestShown = 4_000

const command = (seed: number, name: string): string =>
  `FUZZ_SEED=${seed} pnpm vitest run apps/pipe/test/fuzz -t ${name}`

/**
 * Feeds a target with the inputs of `seed`, and of the seeds after it until so many seconds are over.
 *
 * Throws at the first finding, with the seed, the smallest input that shows it and the command to see it again. An input
 * that hangs ends the process: a thread beside it prints the same.
 */
export const fuzz = async <I>(target: Target<I>, seed: number, seconds: number): Promise<FuzzCounts> => {
  await using watchdog = new Watchdog()
  const until = performance.now() + seconds * 1000
  let inputs = 0
  let next = seed
  do {
    const about = `target ${target.name}, seed ${next}; ${command(next, target.name)}`
    const property = fc.asyncProperty(target.inputs, (input) => watchdog.guard(target, input, about))
    const found = await fc.check(property, { seed: next, numRuns: target.inputsPerSeed })
    if (found.failed) {
      const shown = found.counterexample === null ? "" : cut(target.show(found.counterexample[0]))
      throw new Error(`${about}\n${shown}`, { cause: found.errorInstance })
    }
    inputs += found.numRuns
    next++
  } while (performance.now() < until)
  return { inputs, seeds: next - seed }
}

/** Reads one of a target's regressions. */
export const regress = async <I>(target: Target<I>, name: string): Promise<void> => {
  await using watchdog = new Watchdog()
  await watchdog.guard(target, target.regressions[name]!, `target ${target.name}, regression ${name}`)
}

/** A thread that ends this process when an input takes too long. */
class Watchdog implements AsyncDisposable {
  readonly #thread = new Worker(new URL("watchdog.ts", import.meta.url), { workerData: { limitMillis } })

  async guard<I>(target: Target<I>, input: I, about: string): Promise<void> {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    this.#thread.postMessage(`${about}\n${cut(target.show(input))}`)
    await target.read(input)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    this.#thread.postMessage(undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.terminate()
  }
}

const cut = (text: string): string =>
  text.length <= longestShown ? text : `${text.slice(0, longestShown)}… (${text.length} characters)`
