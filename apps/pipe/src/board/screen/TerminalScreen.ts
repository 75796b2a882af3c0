/** The terminal while the board stands: taken at the beginning, and left as it was, however the process ends. */
import { write, writeSync } from "node:fs"
import type { Canvas } from "./Canvas.ts"
import { Frames } from "./Frames.ts"
import { type Key, Keys } from "./Keys.ts"

/** What a screen calls. */
export interface ScreenHost {
  readonly onKey: (key: Key) => void
  /** The size has changed, or the screen is there again: everything must be drawn. */
  readonly onResize: () => void
  /** A frame was written; another may be. */
  readonly onRoom: () => void
  /** The terminal is gone. */
  readonly onGone: () => void
}

/** The other screen, no cursor, no wrapping at the end of a line, and letters in the order in which they are written. */
const enterText = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[8l\x1b[m\x1b[2J"
const leaveText = "\x1b[m\x1b[8h\x1b[?7h\x1b[?25h\x1b[?1049l"

/** After this time without another, a change of size is drawn. */
const quietMillis = 50

/** A lone ESC is a key when nothing follows it. */
const escapeMillis = 40

/** A frame is on its way for much less, unless the terminal takes nothing. */
const inFlightMillis = 20
const stuckMillis = 1000

/** How long the end waits for a terminal that takes nothing. */
const leaveMillis = 2000

/** Takes the terminal of this process. */
export class TerminalScreen {
  readonly #host: ScreenHost
  readonly #frames = new Frames()
  readonly #keys = new Keys()
  #isUp = false
  #isWriting = false
  /** When the frame that is on its way was written, by `process.uptime()`. */
  #writtenAt = 0
  #isGone = false
  #afterWrite: (() => void) | undefined
  #resizeTimer: NodeJS.Timeout | undefined
  #escapeTimer: NodeJS.Timeout | undefined

  constructor(host: ScreenHost) {
    this.#host = host
  }

  get columns(): number {
    return process.stdout.columns
  }

  get rows(): number {
    return process.stdout.rows
  }

  /** Whether frames are written now: not while the last one is on its way. */
  get hasRoom(): boolean {
    return this.#isUp && !this.#isWriting
  }

  /** Takes the terminal. */
  enter(): void {
    process.stdout.on("resize", this.#resized)
    process.stdin.setEncoding("utf8")
    process.stdin.on("data", this.#typed)
    process.stdin.on("end", this.#gone)
    process.stdin.on("error", this.#gone)
    process.on("SIGTSTP", this.suspend)
    process.on("SIGCONT", this.#resumed)
    process.on("exit", this.#exiting)
    // First, so that what is written about it is on the usual screen.
    process.prependListener("uncaughtException", this.#exiting)
    this.#take()
  }

  /** Gives the terminal back. Waits, for a while, for what is on its way to it. */
  async leave(): Promise<void> {
    if (this.#isWriting) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leaveMillis)
        this.#afterWrite = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#exiting()
    clearTimeout(this.#resizeTimer)
    clearTimeout(this.#escapeTimer)
    process.stdout.off("resize", this.#resized)
    process.stdin.off("data", this.#typed)
    process.stdin.off("end", this.#gone)
    process.stdin.off("error", this.#gone)
    process.stdin.pause()
    process.off("SIGTSTP", this.suspend)
    process.off("SIGCONT", this.#resumed)
    process.off("exit", this.#exiting)
    process.off("uncaughtException", this.#exiting)
  }

  /** Shows a picture. Writes nothing where it is shown already, and nothing while there is no room. */
  show(canvas: Canvas): void {
    if (!this.hasRoom) return
    const text = this.#frames.next(canvas)
    if (text !== "") this.#write(Buffer.from(text))
  }

  /** Everything is drawn anew with the next picture. */
  redraw(): void {
    this.#frames.forget()
  }

  /** Stops the process as a shell expects it: the terminal is as it was until `fg`. */
  readonly suspend = (): void => {
    if (!this.#isUp) return
    this.#give()
    // The system stops the process itself: of a process without a shell it does not, because nothing could wake it.
    process.off("SIGTSTP", this.suspend)
    process.kill(0, "SIGTSTP")
    process.on("SIGTSTP", this.suspend)
    this.#take()
    this.#host.onResize()
  }

  readonly #resumed = (): void => {
    if (!this.#isUp) return
    this.#take()
    this.#host.onResize()
  }

  readonly #exiting = (): void => this.#give()

  readonly #gone = (): void => {
    if (this.#isGone) return
    this.#isGone = true
    this.#host.onGone()
  }

  readonly #resized = (): void => {
    clearTimeout(this.#resizeTimer)
    this.#resizeTimer = setTimeout(() => {
      this.#frames.forget()
      this.#host.onResize()
    }, quietMillis)
  }

  readonly #typed = (piece: string): void => {
    clearTimeout(this.#escapeTimer)
    for (const key of this.#keys.read(piece)) this.#host.onKey(key)
    if (!this.#keys.isWaiting) return
    this.#escapeTimer = setTimeout(() => {
      for (const key of this.#keys.flush()) this.#host.onKey(key)
    }, escapeMillis)
  }

  #take(): void {
    this.#frames.forget()
    this.#isUp = true
    try {
      process.stdin.setRawMode(true)
      process.stdin.resume()
    } catch {
      // The terminal is gone: the first write says so.
    }
    this.#writeNow(enterText)
  }

  #give(): void {
    if (!this.#isUp) return
    this.#isUp = false
    // A frame on its way would come after: it has a moment. A terminal that takes nothing would hold the process up for good.
    if (this.#isWriting) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, inFlightMillis)
    if (!this.#isWriting || (process.uptime() - this.#writtenAt) * 1000 < stuckMillis) this.#writeNow(leaveText)
    try {
      process.stdin.setRawMode(false)
    } catch {
      // The terminal is gone.
    }
  }

  #writeNow(text: string): void {
    try {
      writeSync(1, text)
    } catch {
      this.#gone()
    }
  }

  /** By a thread beside this one: a terminal that is slow, or stopped with Ctrl-S, holds up nothing else. */
  #write(bytes: Buffer): void {
    if (!this.#isWriting) this.#writtenAt = process.uptime()
    this.#isWriting = true
    write(1, bytes, 0, bytes.length, null, (error, written) => {
      const rest = error === null ? bytes.subarray(written) : bytes
      if (error === null ? rest.length > 0 : error.code === "EAGAIN") {
        setTimeout(() => this.#write(rest), error === null ? 0 : 10)
        return
      }
      this.#isWriting = false
      this.#afterWrite?.()
      if (error === null) this.#host.onRoom()
      else this.#gone()
    })
  }
}
