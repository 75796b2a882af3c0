/** The end of the process: the first signal asks for it, the second forces it. */
import * as Deferred from "effect/Deferred"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { constants } from "node:os"

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** One of the signals that end the program. */
export type EndSignal = (typeof signals)[number]

/**
 * A key press reaches a process once from the terminal and once more from every program around it that passes signals
 * on (npm does): what follows within this time is the same request.
 */
const echoMillis = 700

/**
 * Calls `onFirst` at the first signal; at the second one, exits at once with 128 and the signal's number. Without
 * `hangup` a SIGHUP is left to somebody else. Returns what takes the handlers away.
 */
export const onInterruption = (
  onFirst: (signal: EndSignal) => void,
  { hangup = true }: { readonly hangup?: boolean } = {},
): () => void => {
  let first: number | undefined
  const handlers = signals.filter((signal) => hangup || signal !== "SIGHUP").map((signal) => {
    const handle = (): void => {
      if (first === undefined) {
        first = performance.now()
        onFirst(signal)
      } else if (performance.now() - first > echoMillis) {
        exitNow(128 + constants.signals[signal])
      }
    }
    process.on(signal, handle)
    return () => void process.off(signal, handle)
  })
  return () => handlers.forEach((remove) => remove())
}

/**
 * Ends the process with this code.
 *
 * Node waits for its worker threads when it exits, and one that opens a FIFO without a reader, or writes to a disk that is
 * gone, never returns. Where such a thread is at work the process is replaced by one that ends at once: the system gives
 * up the threads, and the code is the same.
 */
export const exitNow = (code: number): never => {
  const isBusy = process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq") || name === "FILEHANDLE")
  // Not in Deno, nor on Windows.
  if (isBusy && typeof process.execve === "function" && process.platform !== "win32") {
    process.execve("/bin/sh", ["sh", "-c", `exit ${code}`], {})
  }
  process.exit(code)
}

/** Notes the first signal that asks for the end. Other listeners stay. */
export const watchForEnd = (
  { hangup }: { readonly hangup: boolean },
): { readonly signalled: Effect.Effect<void>; readonly hasSignal: () => boolean; readonly end: () => void } => {
  const signalled = Deferred.makeUnsafe<void>()
  let has = false
  const note = (): void => {
    has = true
    Deferred.doneUnsafe(signalled, Exit.void)
  }
  const watched = signals.filter((signal) => hangup || signal !== "SIGHUP")
  for (const signal of watched) process.on(signal, note)
  return {
    signalled: Deferred.await(signalled),
    hasSignal: () => has,
    end: () => watched.forEach((signal) => void process.off(signal, note)),
  }
}
