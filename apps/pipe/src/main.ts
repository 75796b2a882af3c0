// First: its effects must be there before anything else runs.
// oxlint-disable-next-line import/no-unassigned-import
import "./guards.ts"
import { program } from "./program.ts"

const code = await program(process.argv.slice(2))
// Not process.exit: what was written to a pipe would be cut off behind 64 KiB. But what a reader has not taken within
// its time, and is counted as undelivered, must not hold us here for ever.
if (code !== 0 && process.stdout.writableLength > 0) process.exit(code)
process.exitCode = code

/** A question to a name server cannot be taken back: nobody waits for its answer, and it holds the process for long. */
const leave = (): void => {
  if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit(code)
  setTimeout(leave, 1000).unref()
}
setTimeout(leave, 1000).unref()
