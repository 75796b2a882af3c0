/** What stderr can show: a person's terminal gets colour and plain sentences, anything else gets neither. */

/** Marks up text, or leaves it as it is. */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly yellow: (text: string) => string
}

const plain = (text: string): string => text
const sgr = (on: number, off: number) => (text: string): string => `\x1b[${on}m${text}\x1b[${off}m`

const noPaint: Paint = { bold: plain, dim: plain, red: plain, yellow: plain }
const ansi: Paint = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  yellow: sgr(33, 39),
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

/** Writes text for a person to stdout; a reader that has gone is no error. */
export const writeOut = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (error?: Error | null): void => {
      process.stdout.off("error", settle)
      if (
        error === undefined || error === null ||
        ("code" in error && error.code === "EPIPE")
      ) resolve()
      else reject(error)
    }
    process.stdout.once("error", settle)
    process.stdout.write(text, settle)
  })
