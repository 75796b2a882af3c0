/** What a picture is drawn from. */
import type { Clock, View } from "@boltodds/view"
import type { Palette } from "../Palette.ts"
import type { Canvas } from "../screen/Canvas.ts"
import type { Ui } from "../Ui.ts"

/** A line of the event pane. */
export interface NoteLine {
  /** By the clock of the board, in milliseconds since the epoch. */
  readonly at: number
  readonly text: string
  readonly isAlarm: boolean
}

/** All of it. */
export interface Scene {
  readonly canvas: Canvas
  readonly view: View
  readonly ui: Ui
  readonly palette: Palette
  readonly clock: Clock
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The last notes, the newest last. */
  readonly notes: ReadonlyArray<NoteLine>
  /** The run is ending. */
  readonly isEnding: boolean
  /** Since when the picture is frozen; undefined while it is not. */
  readonly frozenAt: number | undefined
  readonly codes: ReadonlyMap<string, string>
}

/** The first row of a view, and the rows that it has. */
export interface Area {
  readonly top: number
  readonly rows: number
}
