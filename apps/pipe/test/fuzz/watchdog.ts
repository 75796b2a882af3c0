/** A thread beside the tests: ends their process when one input takes too long, and says which. */
import { writeSync } from "node:fs"
import process from "node:process"
import { parentPort, workerData } from "node:worker_threads"

const { limitMillis } = workerData as { readonly limitMillis: number }
let timer: NodeJS.Timeout | undefined

// A text is the input that begins, undefined the end of it.
parentPort!.on("message", (input: string | undefined) => {
  clearTimeout(timer)
  if (input === undefined) return
  timer = setTimeout(() => {
    writeSync(2, `\nHangs for ${limitMillis / 1000} s: ${input}\n`)
    process.kill(process.pid, "SIGKILL")
  }, limitMillis)
})
