/** Conversions in a thread of their own: they take seconds, in which the feed must be read. */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import { convert, type Converted, type ConvertTask } from "./convert.ts"

type Answer = { readonly converted: Converted } | { readonly failed: string }

const mark = "boltodds: convert"

/** A thread that lives while there is something to convert. */
export class ConvertThread {
  #worker: Worker | undefined

  /** Converts a journal, one at a time; rejects where that fails, and leaves no file then. */
  convert(task: ConvertTask): Promise<Converted> {
    const worker = this.#worker ??= start()
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        worker.removeAllListeners()
        end()
      }
      const fail = (cause: unknown): void => {
        this.#worker = undefined
        settle(() => reject(cause))
      }
      worker.once(
        "message",
        (answer: Answer) =>
          settle(() => "converted" in answer ? resolve(answer.converted) : reject(new Error(answer.failed))),
      )
      worker.once("error", fail)
      worker.once("exit", (code) => fail(new Error(`the thread that converts ended with ${code}`)))
      worker.postMessage(task, [])
    })
  }

  /** Nothing is left to convert. */
  async end(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }
}

const start = (): Worker => {
  const url = new URL(import.meta.url)
  // From source the packages of the workspace are found by this condition.
  const conditions = url.pathname.endsWith(".ts") ? ["--conditions=@boltodds/source"] : []
  return new Worker(url, { workerData: mark, execArgv: conditions })
}

// This module is also the thread's own.
if (!isMainThread && workerData === mark) {
  parentPort?.on("message", (task: ConvertTask) => {
    let answer: Answer
    try {
      answer = { converted: convert(task) }
    } catch (cause) {
      answer = { failed: cause instanceof Error ? cause.message : String(cause) }
    }
    parentPort?.postMessage(answer, [])
  })
}
