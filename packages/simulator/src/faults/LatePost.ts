/** Frames that are sent later than they should be, but before anything newer about the same. */
import type { OutFrame } from "@boltodds/feed-server"
import { framePartsOf, meets, type TouchedNames, touchesOf } from "./FrameParts.ts"

interface Letter {
  readonly frame: OutFrame
  readonly touches: ReadonlyArray<TouchedNames>
  readonly dueAt: number
}

/**
 * What is on its way late to one connection.
 *
 * The feed promises an order within a game at a book, and arrival order wins there: a frame that came after a newer one
 * about the same would leave every client with the old price, and none could know.
 */
export class LatePost {
  #letters: Array<Letter> = []
  #frames = 0

  /** Sends a frame after this many further data frames, or before the first that touches the same names. */
  add(frame: OutFrame, touches: ReadonlyArray<TouchedNames>, lag: number): void {
    this.#letters.push({ frame, touches, dueAt: this.#frames + lag })
  }

  /** The frames to send before this data frame, and those to send after it. */
  around(frame: OutFrame): { readonly before: ReadonlyArray<OutFrame>; readonly behind: ReadonlyArray<OutFrame> } {
    this.#frames++
    if (this.#letters.length === 0) return { before: [], behind: [] }
    const touches = touchesOf(framePartsOf(frame.data))
    const [before, behind, waiting]: [Array<OutFrame>, Array<OutFrame>, Array<Letter>] = [[], [], []]
    for (const letter of this.#letters) {
      if (letter.touches.some((one) => touches.some((other) => meets(one, other)))) before.push(letter.frame)
      else if (letter.dueAt <= this.#frames) behind.push(letter.frame)
      else waiting.push(letter)
    }
    this.#letters = waiting
    return { before, behind }
  }

  /** Forgets what is on its way. */
  clear(): void {
    this.#letters = []
  }
}
