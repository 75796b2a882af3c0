/** The styles of the board. Shape and attributes carry the meaning; color only repeats it. */
import { bold, color, dim, italic, plain, reverse, underline } from "./screen/Style.ts"
import type { Coloring } from "./choices.ts"

/** What each thing looks like. */
export interface Palette {
  readonly plain: number
  readonly strong: number
  readonly faint: number
  /** Of what is not live. */
  readonly unsure: number
  readonly best: number
  readonly longer: number
  readonly shorter: number
  readonly good: number
  readonly warning: number
  readonly alarm: number
  readonly selected: number
  readonly bar: number
}

const base = {
  plain,
  strong: bold,
  best: reverse | bold,
  alarm: reverse | bold,
  selected: underline | bold,
  bar: reverse,
}

const palettes: Readonly<Record<Coloring, Palette>> = {
  default: {
    ...base,
    faint: dim,
    unsure: dim | italic,
    longer: color(6),
    shorter: color(3),
    good: color(2),
    warning: color(3),
  },
  // Nothing is dim.
  contrast: {
    ...base,
    faint: plain,
    unsure: italic,
    longer: bold | color(14),
    shorter: bold | color(11),
    good: bold | color(10),
    warning: bold | color(11),
  },
  none: { ...base, faint: dim, unsure: dim | italic, longer: plain, shorter: plain, good: plain, warning: bold },
}

/** The styles for what is chosen. */
export const paletteOf = (coloring: Coloring): Palette => palettes[coloring]
