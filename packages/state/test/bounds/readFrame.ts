/** A process that takes one frame as the reducer of a run does, and says how many lines are live after it. */
import { emptyBook, fold, splitFrame } from "@boltodds/protocol"
import { make, thaw } from "@boltodds/state"
import { message, outcome, Script } from "../events.ts"
import { costlyFrames } from "./frames.ts"

const draft = thaw(make({ run: "run" }))
const read = (book: typeof emptyBook, script: Script) =>
  fold(book, draft.apply(script.events.splice(0)).flatMap((step) => step.records))
const script = new Script().connect().frame(message("initial_state", "betmgm", "1", { home: outcome("-110") }))
let book = read(emptyBook, script)
for (const piece of splitFrame(Buffer.from(costlyFrames[process.argv[2]!]!()))) book = read(book, script.raw(piece))
const lines = [...book.games.values()].flatMap((game) => [...game.lines.values()])
process.stdout.write(`${lines.filter((line) => line.verified).length} live`)
