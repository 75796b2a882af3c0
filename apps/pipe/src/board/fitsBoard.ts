/** Whether a board can be shown here, and whether it is what was asked for. */
import type { ParsedFlags } from "../commandLine/flags.ts"

/** The least size of a terminal that has a board. */
export const leastColumns = 60
/** See {@link leastColumns}. */
export const leastRows = 12

/** The parts of a process that decide. */
export interface TerminalFacts {
  readonly stdin: { readonly isTTY?: boolean }
  readonly stdout: { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Why no board can be shown here; undefined where one can. */
export const whyNoBoard = ({ stdin, stdout, env }: TerminalFacts): string | undefined => {
  if (stdout.isTTY !== true) return "standard output is no terminal"
  if (stdin.isTTY !== true) return "standard input is no terminal, and the board is used with keys"
  if (env["TERM"] === "dumb" || (env["TERM"] ?? "") === "") return "TERM says that the terminal can show lines only"
  const { columns = 0, rows = 0 } = stdout
  if (columns < leastColumns || rows < leastRows) {
    return `the terminal has ${columns} columns and ${rows} lines, and the board needs ${leastColumns} and ${leastRows}`
  }
  return undefined
}

/** Flags that ask for records: beside them the command writes records, whatever it could show. */
const recordFlags = ["emit", "sink", "count", "json", "no-control", "meta", "resume", "where"]

/** Whether the demo shows a board: on a terminal with a person at it, who asked for no records. */
export const showsBoard = (given: ParsedFlags, facts: TerminalFacts): boolean =>
  whyNoBoard(facts) === undefined && (facts.env["CI"] ?? "") === "" && !recordFlags.some((name) => given.isSet(name))
