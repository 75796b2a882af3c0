/** A run with a board in the terminal. */
import { boardEmits, BoardScreen } from "./BoardScreen.ts"
import { boardSink, boardSinkName } from "./boardSink.ts"
import { choicesFile, readChoices, writeChoices } from "./choices.ts"
import { TerminalScreen } from "./screen/TerminalScreen.ts"
import { localZone } from "./localZone.ts"
import { makeRegistry, type PartsHost } from "@boltodds/parts"
import { countText } from "@boltodds/text"
import type { ViewOptions } from "@boltodds/view"
import * as Effect from "effect/Effect"
import { documentOf, type FlagDocument, partNamesOf } from "../commandLine/flagDocument.ts"
import type { ParsedFlags } from "../commandLine/flags.ts"
import { logOf } from "../commandLine/settings.ts"
import { emitsOf, knownOf } from "../commandLine/signalFlags.ts"
import { loadDocument } from "../configuration/loadDocument.ts"
import { errorMessage, type ExitCode } from "../process/ExitCode.ts"
import { RunHooks } from "../streaming/RunHooks.ts"
import { runPipeline } from "../streaming/runPipeline.ts"
import { writeError } from "../terminal/Terminal.ts"
import type { CommandLog } from "../log/Log.ts"

/** What a board is run with. */
export interface BoardRun {
  readonly given: ParsedFlags
  readonly source: FlagDocument["source"]
  /** Makes what the parts are given, beside the hooks of the run. */
  readonly host: (log: CommandLog) => PartsHost
}

/** The status of the run is looked at once a second. */
const statusMillis = 1000

/** Runs a pipeline whose records are shown on a board, until something ends it. */
export const runBoard = async ({ given, source, host }: BoardRun): Promise<ExitCode> => {
  const log = logOf(given)
  const [changes, ...signals] = boardEmits
  const where = given.text("where")
  const common = where === undefined ? {} : { where }
  const isEmitted = given.isSet("emit")
  const document = await documentOf(given, source, process.env, {
    plainSink: null,
    ...isEmitted ? {} : { emit: undefined },
  })
  const emits = [changes, ...isEmitted ? signals : await emitsOf(given, signals)]
  const sinks = Object.fromEntries(emits.map((emit, at) => [
    at === 0 ? boardSinkName : `${boardSinkName}-${boardEmits[at]}`,
    { [boardSinkName]: {}, emit, ...at === 0 ? common : {} },
  ]))
  const all: FlagDocument = { ...document, sinks: { ...sinks, ...document.sinks } }

  // A clock that never goes back: that of the machine at the start, and the time that has passed since.
  const began = Date.now() - process.uptime() * 1000
  const now = (): number => began + process.uptime() * 1000
  const file = choicesFile(process.env)
  const quit = (): void => void process.kill(process.pid, "SIGINT")
  const terminal = new TerminalScreen({
    onKey: (key) => made.press(key),
    onResize: () => made.redraw(),
    onRoom: () => made.drawIfChanged(),
    onGone: quit,
  })
  const made = new BoardScreen({
    pictures: terminal,
    now,
    zone: localZone(),
    isMonochrome: (process.env["NO_COLOR"] ?? "") !== "",
    view: isEmitted ? {} : await knownOf(given) as ViewOptions,
    onQuit: quit,
    onChoices: (choices) => {
      try {
        writeChoices(file, choices)
      } catch (cause) {
        log.log("warn", `what is chosen on the board cannot be kept in ${file}: ${errorMessage(cause)}`)
      }
    },
  })

  made.ui.choices = readChoices(file)

  const hooks = new RunHooks()
  const parts = { ...hooks.host, ...host(log) }
  const registry = await makeRegistry(parts, partNamesOf(all))
  const pipeline = await loadDocument(all, { ...registry, sinks: [...registry.sinks, boardSink(made)] })

  const restore = captureErrors((text, isWritten) => made.log(text, isWritten))
  const stop = onExit(restore, made)
  let timer: NodeJS.Timeout | undefined
  let isLeft = false
  const leave = async (): Promise<void> => {
    if (isLeft) return
    isLeft = true
    clearInterval(timer)
    made.stop()
    await terminal.leave()
    restore()
    stop()
    printNotes(made)
  }
  terminal.enter()
  made.start()
  made.redraw()
  const enteredAt = now()
  try {
    const code = await runPipeline(pipeline, {
      log,
      hooks,
      onRunning: (running) => {
        const look = async (): Promise<void> => {
          made.takeStatus(await Effect.runPromise(running.status))
        }
        timer = setInterval(() => void look(), statusMillis)
      },
      onEnding: () => {
        made.isEnding = true
        made.redraw()
      },
      onDone: leave,
    })
    return code
  } finally {
    await leave()
    writeError(closingLine(made, now() - enteredAt))
  }
}

/**
 * While the board stands, what is written to stderr goes into its pane: in place of the terminal, and beside a file. Returns
 * what ends that.
 */
const captureErrors = (note: (text: string, isWritten: boolean) => void): () => void => {
  const { stderr } = process
  const usual = stderr.write
  const isTerminal = stderr.isTTY === true
  stderr.write = (chunk: string | Uint8Array, ...rest: ReadonlyArray<unknown>): boolean => {
    note(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString(), !isTerminal)
    if (!isTerminal) return Reflect.apply(usual, stderr, [chunk, ...rest]) as boolean
    const done = rest.find((each) => typeof each === "function") as (() => void) | undefined
    if (done !== undefined) process.nextTick(done)
    return true
  }
  return () => void (stderr.write = usual)
}

/** A process that ends at once writes what it had to say all the same. Returns what takes this back. */
const onExit = (restore: () => void, board: BoardScreen): () => void => {
  const print = (): void => {
    restore()
    printNotes(board)
  }
  process.on("exit", print)
  process.prependListener("uncaughtException", restore)
  return () => {
    process.off("exit", print)
    process.off("uncaughtException", restore)
  }
}

/** Lines of the log, as they were written; harmless, since the log made them so. */
const printNotes = (board: BoardScreen): void => {
  for (const line of board.notes.printed) writeError(`${line}\n`, true)
}

/** `9 min, 2 gaps (2.6 s), 41,210 changes`. */
const closingLine = ({ gaps, gapMillis, changes }: BoardScreen, millis: number): string => {
  const time = millis < 60_000 ? `${Math.round(millis / 1000)} s` : `${Math.round(millis / 60_000)} min`
  const gap = gaps === 0 ? "no gap" : `${gaps} ${gaps === 1 ? "gap" : "gaps"} (${(gapMillis / 1000).toFixed(1)} s)`
  return `boltodds-pipe: ${time}, ${gap}, ${countText(changes)} ${changes === 1 ? "change" : "changes"}\n`
}
