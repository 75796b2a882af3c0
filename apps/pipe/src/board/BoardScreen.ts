/** The board at work: records into the view, pictures to the terminal, keys to the choices. */
import type { Control, StreamRecord } from "@boltodds/protocol"
import type { Best, Fair, Opportunity } from "@boltodds/signals"
import { Clock, type ShownStatus, sportsbookCodes, View, type ViewOptions } from "@boltodds/view"
import { drawScreen } from "./draw/drawScreen.ts"
import type { Area } from "./draw/Scene.ts"
import type { Choices } from "./choices.ts"
import { Notes } from "./notes.ts"
import { paletteOf } from "./Palette.ts"
import { Canvas } from "./screen/Canvas.ts"
import type { Key } from "./screen/Keys.ts"
import { Ui } from "./Ui.ts"

/** Where pictures go. */
export interface Pictures {
  readonly columns: number
  readonly rows: number
  /** Whether a picture is taken now. */
  readonly hasRoom: boolean
  readonly show: (canvas: Canvas) => void
  readonly redraw: () => void
  readonly suspend: () => void
}

/** How a board is made. */
export interface BoardOptions {
  readonly pictures: Pictures
  /** Milliseconds since the epoch, of a clock that never goes back. */
  readonly now: () => number
  /** The zone of this machine. */
  readonly zone: string
  /** No colors, whatever was chosen. */
  readonly isMonochrome: boolean
  readonly view?: ViewOptions
  readonly onQuit: () => void
  /** Called when what stays chosen has changed. */
  readonly onChoices?: (choices: Choices) => void
}

/** The emits that a board reads. */
export const boardEmits = ["changes", "best", "fair", "opportunities"] as const

/** See {@link boardEmits}. */
export type BoardEmit = (typeof boardEmits)[number]

/** The time between two pictures, at least, and at most: ages go on while nothing comes. */
const leastMillis = 100
const mostMillis = 500

/** A board. It draws when `draw` is called; `start` does so by a timer. */
export class BoardScreen {
  readonly view: View
  readonly ui = new Ui()
  readonly notes = new Notes()
  /** Changes so far, and gaps with their time: for the line at the end. */
  changes = 0
  gaps = 0
  gapMillis = 0
  isEnding = false
  readonly #options: BoardOptions
  readonly #waiting = new Map<BoardEmit, Array<unknown>>()
  readonly #clocks: { readonly local: Clock; readonly utc: Clock }
  #codes: { readonly names: string; readonly codes: ReadonlyMap<string, string> } = { names: "", codes: new Map() }
  #canvas: Canvas | undefined
  #frozen: { readonly canvas: Canvas; readonly at: number; readonly area: Area } | undefined
  #timer: NodeJS.Timeout | undefined
  #isChanged = true
  #drawnAt = -Infinity

  constructor(options: BoardOptions) {
    this.#options = options
    this.view = new View(options.view)
    this.#clocks = { local: new Clock(options.zone), utc: new Clock("UTC") }
  }

  /** Takes records of an emit; draws nothing of a group before its last record. */
  take(emit: BoardEmit, records: ReadonlyArray<unknown>): void {
    const now = this.#options.now()
    let waiting = this.#waiting.get(emit) ?? []
    waiting.push(...records)
    const last = waiting.findLastIndex((record) => (record as { readonly last?: true }).last === true)
    const whole = waiting.slice(0, last + 1)
    waiting = waiting.slice(last + 1)
    this.#waiting.set(emit, waiting)
    if (whole.length === 0) return
    this.#isChanged = true
    switch (emit) {
      case "changes":
        this.view.takeChanges(whole as ReadonlyArray<StreamRecord>, now)
        for (const record of whole as ReadonlyArray<StreamRecord>) this.#note(record, now)
        return
      case "best":
        return this.view.takeBest(whole as ReadonlyArray<Best | Control>, now)
      case "fair":
        return this.view.takeFair(whole as ReadonlyArray<Fair | Control>)
      case "opportunities":
        return this.view.takeOpportunities(whole as ReadonlyArray<Opportunity | Control>, now)
    }
  }

  /** Takes status records. */
  takeStatus(records: ReadonlyArray<ShownStatus>): void {
    this.view.takeStatus(records)
    this.#isChanged = true
  }

  /** Takes what the log writes; `isWritten`: it is in a file too. */
  log(text: string, isWritten = false): void {
    this.notes.log(text, this.#options.now(), isWritten)
    this.#isChanged = true
  }

  /** A key was pressed: its effect is seen at once. */
  press(key: Key): void {
    const before = JSON.stringify(this.ui.choices)
    const request = this.ui.press(key)
    if (JSON.stringify(this.ui.choices) !== before) this.#options.onChoices?.(this.ui.choices)
    if (request === "quit") this.#options.onQuit()
    if (request === "suspend") this.#options.pictures.suspend()
    if (request === "redraw") this.#options.pictures.redraw()
    this.#isChanged = true
    this.draw()
  }

  /** Draws from now on, by a timer. */
  start(): void {
    this.#timer = setInterval(() => {
      if (this.#isChanged || this.#options.now() - this.#drawnAt >= mostMillis) this.draw()
    }, leastMillis)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Everything is drawn again, at once. */
  redraw(): void {
    this.#isChanged = true
    this.draw()
  }

  /** There is room again: what has changed meanwhile is drawn. */
  drawIfChanged(): void {
    if (this.#isChanged && this.#options.now() - this.#drawnAt >= leastMillis) this.draw()
  }

  /** Shows the picture of this moment, where there is room for it. */
  draw(): void {
    const { pictures } = this.#options
    if (!pictures.hasRoom) return
    this.#isChanged = false
    this.#drawnAt = this.#options.now()
    pictures.show(this.picture())
  }

  /** The picture of this moment. */
  picture(): Canvas {
    const { pictures, now: clockOf, isMonochrome } = this.#options
    const { columns, rows } = pictures
    if (this.#canvas === undefined || this.#canvas.columns !== columns || this.#canvas.rows !== rows) {
      this.#canvas = new Canvas(columns, rows)
      this.#frozen = undefined
    }
    const canvas = this.#canvas
    const { ui } = this
    const now = clockOf()
    const palette = paletteOf(isMonochrome ? "none" : ui.coloring)
    if (!ui.isFrozen) this.#frozen = undefined
    const area = drawScreen({
      canvas,
      view: this.view,
      ui,
      palette,
      clock: ui.utc ? this.#clocks.utc : this.#clocks.local,
      now,
      notes: this.notes.lines,
      isEnding: this.isEnding,
      frozenAt: ui.isFrozen ? this.#frozen?.at ?? now : undefined,
      codes: this.#codesOf(this.view.sportsbooks),
    })
    if (!ui.isFrozen || ui.help !== undefined || ui.choosing !== undefined) return canvas
    if (this.#frozen === undefined) {
      const frozen = new Canvas(columns, rows)
      frozen.copyRows(canvas, 0, rows - 1)
      this.#frozen = { canvas: frozen, at: now, area }
    }
    // What is frozen looks like nothing that is live.
    const { canvas: frozen, area: { top, rows: height } } = this.#frozen
    canvas.copyRows(frozen, top, top + height - 1, palette.unsure)
    return canvas
  }

  #codesOf(sportsbooks: ReadonlyArray<string>): ReadonlyMap<string, string> {
    const names = sportsbooks.join("\n")
    if (names !== this.#codes.names) this.#codes = { names, codes: sportsbookCodes(sportsbooks) }
    return this.#codes.codes
  }

  #note(record: StreamRecord, now: number): void {
    if ("change" in record) {
      this.changes++
      return
    }
    if (record.control === "gap_opened") this.gaps++
    if (record.control === "gap_closed") this.gapMillis += record.duration_ms
    this.notes.control(record, now)
  }
}
