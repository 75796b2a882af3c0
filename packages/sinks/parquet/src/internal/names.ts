/** The names of the files of one Parquet file, from journal to Parquet. */
import { readdir } from "node:fs/promises"
import { basename, dirname, join } from "node:path"

const journalEnding = ".ndjson"
const parquetEnding = ".parquet"

/** Written, and not yet whole. */
export const partOf = (parquet: string): string => `${parquet}.tmp`

/** The journal that a Parquet file is made of: as long as there is one, the Parquet file may be missing. */
export const claimedOf = (parquet: string): string => `${parquet}${journalEnding}`

/** The Parquet file of a journal that was claimed; undefined for other files. */
export const parquetOfClaimed = (path: string): string | undefined =>
  path.endsWith(`${parquetEnding}${journalEnding}`) ? path.slice(0, -journalEnding.length) : undefined

/** The Parquet file that was being written, by its temporary name; undefined for other files. */
export const parquetOfPart = (path: string): string | undefined =>
  path.endsWith(`${parquetEnding}.tmp`) ? path.slice(0, -".tmp".length) : undefined

/**
 * The Parquet file that a complete journal becomes: of the same name, with the number after the highest there is, so that in
 * their order the files are one stream.
 */
export const nextParquet = async (journal: string): Promise<string> => {
  const folder = dirname(journal)
  const stem = stemOf(basename(journal, journalEnding))
  let next = 0
  for (const name of await readdir(folder)) {
    const end = name.indexOf(parquetEnding)
    if (end === -1) continue
    const own = name.slice(0, end)
    const rest = name.slice(end + parquetEnding.length)
    if (rest !== "" && rest !== journalEnding && rest !== ".tmp" || stemOf(own) !== stem) continue
    next = Math.max(next, numberOf(own) + 1)
  }
  return join(folder, `${stem}${next === 0 ? "" : `.${next}`}${parquetEnding}`)
}

const numbered = /\.([1-9]\d{0,8})$/

const stemOf = (name: string): string => name.replace(numbered, "")

const numberOf = (name: string): number => Number(numbered.exec(name)?.[1] ?? 0)
