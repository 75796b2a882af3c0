/** Key presses, from what a terminal sends. */

/** A key: a character, or one of these names. */
export type Key = string

const named: Readonly<Record<string, Key>> = {
  "\x1b[A": "up",
  "\x1b[B": "down",
  "\x1b[C": "right",
  "\x1b[D": "left",
  "\x1bOA": "up",
  "\x1bOB": "down",
  "\x1bOC": "right",
  "\x1bOD": "left",
  "\x1b[5~": "page-up",
  "\x1b[6~": "page-down",
  "\x1b[H": "home",
  "\x1b[F": "end",
  "\x1b[1~": "home",
  "\x1b[4~": "end",
  "\x1bOH": "home",
  "\x1bOF": "end",
  "\x1b[Z": "back-tab",
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x03": "ctrl-c",
  "\x04": "ctrl-d",
  "\x0c": "ctrl-l",
  "\x15": "ctrl-u",
  "\x1a": "ctrl-z",
}

/** The beginning of a sequence that may go on. */
// oxlint-disable-next-line no-control-regex
const unfinished = /^\x1b(?:O|\[[\d;?<=>]*)?$/

/** A whole sequence at the beginning. */
// oxlint-disable-next-line no-control-regex
const sequence = /^\x1b(?:O[ -~]|\[[\d;?<=>]*[ -/]*[@-~]|\x1b)/

/** Reads keys out of pieces of input, of which one may end within a sequence. */
export class Keys {
  #rest = ""

  /** Whether it waits for the end of a sequence; `flush` after a short time makes it the Escape key. */
  get isWaiting(): boolean {
    return this.#rest !== ""
  }

  /** The keys of the next piece. What is no key that the board knows is left out. */
  read(piece: string): ReadonlyArray<Key> {
    let text = this.#rest + piece
    this.#rest = ""
    const keys: Array<Key> = []
    while (text !== "") {
      if (text[0] === "\x1b") {
        const [whole] = sequence.exec(text) ?? []
        if (whole !== undefined) {
          const key = whole === "\x1b\x1b" ? "escape" : named[whole]
          if (key !== undefined) keys.push(key)
          text = text.slice(whole === "\x1b\x1b" ? 1 : whole.length)
          continue
        }
        if (unfinished.test(text)) {
          this.#rest = text
          break
        }
        keys.push("escape")
        text = text.slice(1)
        continue
      }
      const character = String.fromCodePoint(text.codePointAt(0)!)
      text = text.slice(character.length)
      const key = named[character] ?? (character >= " " ? character : undefined)
      if (key !== undefined) keys.push(key)
    }
    return keys
  }

  /** Nothing more comes: what waits was the Escape key. */
  flush(): ReadonlyArray<Key> {
    const isEscape = this.#rest === "\x1b"
    this.#rest = ""
    return isEscape ? ["escape"] : []
  }
}
