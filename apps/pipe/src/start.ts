/** The process from its start to its end. */
// First: its effects must be there before anything else runs.
// oxlint-disable-next-line import/no-unassigned-import
import "./process/guards.ts"
import { program } from "./program.ts"
import { exitNow } from "./process/Interruption.ts"

/** Runs the command line of this process, and sets the exit code. */
export const start = async (): Promise<void> => {
  const code = await program(process.argv.slice(2))
  // Not process.exit, which cuts the output to a pipe after 64 KiB. But records that the reader did not take in time, and
  // that are counted as undelivered, must not keep the process alive.
  if (code !== 0 && process.stdout.writableLength > 0) exitNow(code)
  process.exitCode = code

  /**
   * Neither must a question to a name server, which cannot be taken back, a destination that does not close, nor, for
   * more than a second, a log that nobody reads.
   */
  const leave = (isLate: boolean): void => {
    if (process.stdout.writableLength === 0 && (isLate || process.stderr.writableLength === 0)) exitNow(code)
    setTimeout(leave, 500, true).unref()
  }
  setTimeout(leave, 500, false).unref()
}
