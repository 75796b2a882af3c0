/** What stderr can show: a person's terminal gets color and plain sentences, anything else gets neither. */
import { visibleJson, visibleLines } from "@boltodds/text"
import { ExitCode, Failure } from "../process/ExitCode.ts"

/** Marks up text, or leaves it as it is. */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
}

const plain = (text: string): string => text
const sgr = (on: number, off: number) => (text: string): string => `\x1b[${on}m${text}\x1b[${off}m`

const noPaint: Paint = { bold: plain, dim: plain, red: plain, yellow: plain, cyan: plain }
const ansi: Paint = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  yellow: sgr(33, 39),
  cyan: sgr(36, 39),
}

/** How to mark up what goes to a stream. Off away from a terminal, with NO_COLOR (no-color.org), and on dumb ones. */
export const paintFor = (
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Paint =>
  stream.isTTY === true && (env["NO_COLOR"] ?? "") === "" &&
    env["TERM"] !== "dumb"
    ? ansi
    : noPaint

/** What {@link ansi} marks text up with. */
// oxlint-disable-next-line no-control-regex
const ownMarks = /(\x1b\[(?:1|2|22|31|33|36|39)m)/

/**
 * Text that is safe on a terminal: characters that a terminal would obey or hide are written out. Only marks of
 * {@link paintFor} pass, if it gives any and the text is `painted`. Make names in such a text `visible` one by one, so
 * that they bring no marks of their own.
 */
export const shown = (text: string, stream: { readonly isTTY?: boolean }, painted: boolean = false): string =>
  painted && paintFor(stream, process.env) === ansi
    ? text.split(ownMarks).map((part, index) => index % 2 === 1 ? part : visibleLines(part)).join("")
    : visibleLines(text)

/** Writes text for a person to stdout. A reader that has gone is no error; any other is a `Failure`. */
export const writeOut = (text: string): Promise<void> => write(shown(text, process.stdout))

/** The same for text with marks of {@link paintFor}. */
export const writePainted = (text: string): Promise<void> => write(shown(text, process.stdout, true))

/** Writes a value as one line of JSON to stdout: for programs, and harmless on a terminal. */
export const writeJson = (value: unknown): Promise<void> => write(`${visibleJson(JSON.stringify(value))}\n`)

/** Writes lines of JSON to stdout as they are; on a terminal harmless. */
export const writeData = (lines: ReadonlyArray<string>): Promise<void> =>
  write(lines.map((line) => `${process.stdout.isTTY === true ? visibleJson(line) : line}\n`).join(""))

/** Writes text to stderr, as it is or `painted`. */
export const writeError = (text: string, painted: boolean = false): void =>
  void process.stderr.write(shown(text, process.stderr, painted))

/** Ignores errors of the streams: Node reports a failed write to its callback first, and emits `error` afterwards. */
export const ignoreOutputErrors = (): void => {
  process.stdout.on("error", () => {})
  process.stderr.on("error", () => {})
}

const write = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(text, (error?: Error | null) => {
      if (error === undefined || error === null || isReaderGone(error)) return resolve()
      const message = `Cannot write to standard output: ${error.message}`
      reject(new Failure(ExitCode.sinkFailed, message, { cause: error }))
    })
  })

/** After the first write that met a closed pipe Node refuses the others as writes to a destroyed stream. */
const isReaderGone = (error: Error): boolean =>
  "code" in error && (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED")
