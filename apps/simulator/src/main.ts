import { runSimulate } from "./command.ts"

// `--help | head` is no reason to crash: the reader that is gone has what it wanted.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error
})

// Not process.exit: what was written to a pipe would be cut off behind 64 KiB.
process.exitCode = await runSimulate(process.argv.slice(2))
