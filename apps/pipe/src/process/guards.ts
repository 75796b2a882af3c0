/** Protections of the key, set up before anything else runs. Imported first, for its effects. */
import { takeKey } from "./environment.ts"

/** Writes the state of the process for people, in one line. */
export type StatusLine = () => Promise<string>

const starting: StatusLine = () => Promise.resolve("boltodds-pipe: nothing runs yet")
let statusLine = starting

/** From now on SIGUSR1 prints this. Returns what takes it back. */
export const answerStatusWith = (line: StatusLine): () => void => {
  statusLine = line
  return () => void (statusLine = starting)
}

// Without a listener Node opens its debugger at this signal, and anyone who can connect to it can read the key.
if (process.platform !== "win32") {
  process.on("SIGUSR1", () => void statusLine().then((line) => process.stderr.write(`${line}\n`)))
}
// A diagnostic report would hold the environment, and the key in it.
if (process.report !== undefined) process.report.excludeEnv = true

// Plug-ins and reports can read `process.env`.
takeKey()
