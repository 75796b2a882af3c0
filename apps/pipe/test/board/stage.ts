/** A process with the board on its terminal, over a seeded run whose clock moves when a key is pressed. */
import { BoardScreen } from "../../src/board/BoardScreen.ts"
import { TerminalScreen } from "../../src/board/screen/TerminalScreen.ts"
import { SeededRun } from "./seededRun.ts"

const acts: Readonly<Record<string, (run: SeededRun) => void>> = {
  // Start: the snapshot has not settled.
  A: (run) => run.connect(),
  // Live: prices move.
  B: (run) => {
    run.settle()
    run.live(20)
  },
  // In the gap.
  C: (run) => run.cut(),
  // After it.
  D: (run) => {
    run.connect()
    run.settle()
    run.live(10)
  },
}

const quit = async (): Promise<void> => {
  board.stop()
  await terminal.leave()
  process.stderr.write("the stage is empty\n")
}
const terminal = new TerminalScreen({
  onKey: (key) => {
    const act = acts[key]
    if (act === undefined) return void board.press(key)
    act(run)
    board.redraw()
  },
  onResize: () => board.redraw(),
  onRoom: () => board.drawIfChanged(),
  onGone: () => void quit(),
})
const board = new BoardScreen({
  pictures: terminal,
  now: () => run.now,
  zone: "UTC",
  isMonochrome: process.env["NO_COLOR"] === "1",
  onQuit: () => void quit(),
})
const run = new SeededRun(board)
process.on("SIGTERM", () => void quit())
terminal.enter()
board.start()
board.redraw()
