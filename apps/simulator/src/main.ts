import { runSimulate } from "./command.ts"

// Not process.exit: what was written to a pipe would be cut off behind 64 KiB.
process.exitCode = await runSimulate(process.argv.slice(2))
