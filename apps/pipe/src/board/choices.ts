/** What a person has chosen on the board, kept for the next time. */
import { objectIn } from "@boltodds/machine"
import { type BoardSort, type PriceFormat, priceFormats } from "@boltodds/view"
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join } from "node:path"

/** How colors are used: `contrast` without dim text, `none` without colors. */
export const colorings = ["default", "contrast", "none"] as const

/** See {@link colorings}. */
export type Coloring = (typeof colorings)[number]

/** The orders of the board. */
export const sorts: ReadonlyArray<BoardSort> = ["start", "move", "hold"]

/** What stays chosen. */
export interface Choices {
  readonly format: PriceFormat
  readonly sort: BoardSort
  readonly utc: boolean
  readonly coloring: Coloring
  /** Sportsbooks that are not shown. */
  readonly hidden: ReadonlyArray<string>
}

/** What is chosen before anybody has. */
export const usualChoices: Choices = { format: "american", sort: "start", utc: false, coloring: "default", hidden: [] }

/** Where they are kept: by the rules of XDG, in the folder of this user. */
export const choicesFile = (env: Readonly<Record<string, string | undefined>>): string => {
  const folder = env["XDG_CONFIG_HOME"]
  return join(folder === undefined || folder === "" ? join(homedir(), ".config") : folder, "boltodds", "board.json")
}

/** The choices of a file. What is not there, or is not one of the choices, is as usual. */
export const readChoices = (file: string): Choices => {
  let text: string | undefined
  try {
    text = readFileSync(file, "utf8")
  } catch {
    // Nobody has chosen yet, or it cannot be read: as usual.
  }
  const found = objectIn(text) ?? {}
  const oneOf = <A>(all: ReadonlyArray<A>, value: unknown, usual: A): A => all.find((each) => each === value) ?? usual
  const { format, sort, utc, coloring, hidden } = found
  return {
    format: oneOf(priceFormats, format, usualChoices.format),
    sort: oneOf(sorts, sort, usualChoices.sort),
    utc: utc === true,
    coloring: oneOf(colorings, coloring, usualChoices.coloring),
    hidden: Array.isArray(hidden) ? hidden.filter((name) => typeof name === "string").slice(0, 200) : [],
  }
}

/** Keeps them: the file is there whole, or as it was. Throws where it cannot be written. */
export const writeChoices = (file: string, choices: Choices): void => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const next = `${file}.${process.pid}`
  writeFileSync(next, `${JSON.stringify(choices, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(next, file)
}
