/** `export` at work. */
import { RecordedLines } from "@boltodds/parts/recording"
import { emitOfRecord, type Table, tableOf, tables } from "@boltodds/tables"
import { expectedButGot } from "@boltodds/text"
import { existsSync } from "node:fs"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { errorMessage, ExitCode, Failure, UsageError } from "../../process/ExitCode.ts"
import { writeError } from "../../terminal/Terminal.ts"
import { openTable, type TableWriter } from "./openTable.ts"

/** Writes the table, and says on stderr what is in it. */
export const runExport = async (given: ParsedFlags): Promise<ExitCode> => {
  const files = given.words
  const to = given.text("to")
  if (files.length === 0 || to === undefined) {
    throw new UsageError("Cannot export without files and --to: write boltodds-pipe export FILE --to out.parquet")
  }
  const format = to === "-" || to.endsWith(".csv") ? "csv" : to.endsWith(".parquet") ? "parquet" : undefined
  if (format === undefined) {
    throw new UsageError(`Cannot use --to: ${expectedButGot("a name that ends with .parquet or .csv, or -", to)}`)
  }
  const table = tableNamed(given.text("emit"))
  if (to !== "-" && existsSync(to)) {
    throw new UsageError(`Cannot write ${to}: it exists. Remove it, or choose another name.`)
  }
  const rows = new Rows(table, (table) => openTable(to, format, table))
  try {
    for (const file of files) await rows.read(file)
    const written = await rows.finish()
    if (written !== undefined) writeError(`${to}: ${written}\n`)
    return ExitCode.clean
  } catch (cause) {
    await rows.giveUp()
    if (cause instanceof Failure) throw cause
    throw new Failure(ExitCode.sinkFailed, `Cannot write ${to}: ${errorMessage(cause)}`, { cause })
  }
}

const names = tables.map(({ name }) => name)

const tableNamed = (emit: string | undefined): Table | undefined => {
  if (emit === undefined) return undefined
  const table = tableOf(emit)
  if (table === undefined) {
    throw new UsageError(`Cannot use --emit: ${expectedButGot(`one of ${names.join(", ")}`, emit)}`)
  }
  return table
}

/** The rows of files, once it is known what they are. */
class Rows {
  #table: Table | undefined
  readonly #isNamed: boolean
  readonly #open: (table: Table) => Promise<TableWriter>
  #writer: TableWriter | undefined
  /** Controls that came before the first record that names its emit. */
  #waiting: Array<unknown> = []
  #leftOut = 0

  constructor(table: Table | undefined, open: (table: Table) => Promise<TableWriter>) {
    this.#table = table
    this.#isNamed = table !== undefined
    this.#open = open
  }

  /** Reads a file. A last line that is torn is left out, with a warning: the file may still be written. */
  async read(file: string): Promise<void> {
    const lines = new RecordedLines([file])
    let number = 0
    let torn: number | undefined
    try {
      for await (const line of lines) {
        number += 1
        if (line === "") continue
        if (torn !== undefined) throw badLine(lines, torn, "it is not JSON")
        const record = parse(line)
        if (record === undefined) torn = number
        else await this.#add(record, () => lines.placeOf(number))
      }
    } catch (cause) {
      if (cause instanceof Failure || !isOfFile(cause, file)) throw cause
      throw badLine(lines, number + 1, errorMessage(cause), cause)
    }
    if (torn !== undefined) writeError(`The last line of ${file} is torn, and left out.\n`)
  }

  /** Ends the table. Returns what is in it. */
  async finish(): Promise<string | undefined> {
    if (this.#writer === undefined) await this.#begin(this.#table ?? tableOf("changes")!)
    const { rows, bytes } = await this.#writer!.finish()
    const left = this.#leftOut === 0
      ? ""
      : `; ${counted(this.#leftOut, "control")} left out: ${this.#table!.name} has none`
    const size = bytes === undefined
      ? ""
      : `, ${counted(bytes, "byte")}${rows === 0 ? "" : `, ${(bytes / rows).toFixed(1)} a row`}`
    return `${counted(rows, "row")} of ${this.#table!.name}${size}${left}`
  }

  /** Removes what was begun. */
  async giveUp(): Promise<void> {
    await this.#writer?.giveUp()
  }

  async #add(record: unknown, place: () => string): Promise<void> {
    const emit = emitOfRecord(record)
    if (emit === undefined) {
      const what =
        typeof record === "object" && record !== null && ("boltodds_recording" in record || "event" in record)
          ? "it is a recording: replay it first, with a pipeline (source: replay)"
          : "it is no record of this program"
      throw new Failure(ExitCode.badInput, `Cannot export ${place()}: ${what}`)
    }
    if (this.#table === undefined && emit === "control") return void this.#waiting.push(record)
    if (this.#writer === undefined) await this.#begin(this.#table ?? tableOf(emit)!)
    const table = this.#table!
    if (emit !== "control" && emit !== table.name) {
      const said = this.#isNamed ? "--emit says" : "before it are"
      throw new Failure(
        ExitCode.badInput,
        `Cannot export ${place()}: it is of ${emit}, and ${said} ${table.name}. Export each emit alone.`,
      )
    }
    await this.#write(record)
  }

  async #begin(table: Table): Promise<void> {
    this.#table = table
    this.#writer = await this.#open(table)
    for (const record of this.#waiting.splice(0)) await this.#write(record)
  }

  async #write(record: unknown): Promise<void> {
    const row = this.#table!.rowOf(record)
    if (row === undefined) this.#leftOut += 1
    else await this.#writer!.add(row)
  }
}

const badLine = (lines: RecordedLines, number: number, why: string, cause?: unknown): Failure =>
  new Failure(ExitCode.badInput, `Cannot read ${lines.placeOf(number)}: ${why}`, { cause })

/** Errors of reading are those of the file or of its compression; those of the table are not. */
const isOfFile = (cause: unknown, file: string): boolean =>
  !(typeof cause === "object" && cause !== null && "path" in cause && cause.path !== file)

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    // Whether that is an error depends on whether another line follows.
    return undefined
  }
}
