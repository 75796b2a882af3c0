/** A source of your own: a recording that another program prints. */
import { sourcePlugin } from "@boltodds/config"
import { openReplay } from "@boltodds/pipeline"
import { readLines } from "@boltodds/text"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"

/** Resolves when a program has ended with 0; half a recording must not pass for a whole one. */
const endOf = async (child: ChildProcess, program: string): Promise<void> => {
  const [code, signal] = await once(child, "close")
  if (code !== 0) throw new Error(`${program} ended with ${code ?? signal}`)
}

/** The lines that a program prints. */
async function* printed(program: string, args: ReadonlyArray<string>, folder: string): AsyncGenerator<string> {
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] })
  const ended = endOf(child, program)
  ended.catch(() => {}) // reported below, after its last line
  try {
    yield* readLines(child.stdout)
    await ended
  } finally {
    child.kill()
  }
}

export default sourcePlugin({
  kind: "source",
  name: "command",
  about: "A recording (emit raw) that another program prints.",
  config: Schema.Struct({
    line: Schema.Array(Schema.String).check(Schema.isMinLength(1, { expected: "a program and its arguments" }))
      .annotate({
        description:
          "The program and its arguments, as a list; no shell looks at them. It runs in the folder of the file.",
      }),
  }),
  make: ({ line: [program, ...args] }, { folder, name, log }) =>
    Effect.map(
      openReplay(printed(program!, args, folder), { name, onWarning: (message) => log("warn", message) }),
      // The run and the reducer's options of the recording: with them the same records come out.
      ({ source, run, options }) => ({ source, state: { run, ...options } }),
    ),
})
