/** Answers of the catalog in files. */
import { cacheFolder, namesIn, objectIn, readSmall, reasonOf, removeOld, writeWhole } from "@boltodds/machine"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { rm, stat } from "node:fs/promises"
import { join } from "node:path"
import type { CatalogQuestion, CatalogStore, StoredAnswer } from "../catalog/CatalogStore.ts"
import { keyName, reportOnce } from "./MachineOptions.ts"

/** Options of {@link catalogCache}. */
export interface CatalogCacheOptions {
  /** The folder of the files. @default {@link cacheFolder} */
  readonly folder?: string | undefined
  /** The largest answer that is stored, in bytes. @default 16_777_216 */
  readonly maxAnswerBytes?: number | undefined
  /** The number of answers stored for each key at each host. The oldest are removed first. @default 32 */
  readonly maxAnswers?: number | undefined
  /** Called once if the files cannot be written. */
  readonly onProblem?: ((message: string) => void) | undefined
}

const keepMillis = 30 * 86_400_000

/**
 * A store in `catalog-<hash of host and key>/`, with one file for each question. A file is replaced as a whole. A file that
 * cannot be read counts as missing. No file contains the key.
 */
export const catalogCache = (options: CatalogCacheOptions = {}): CatalogStore => {
  const folder = options.folder ?? cacheFolder()
  const maxBytes = options.maxAnswerBytes ?? 16 * 1024 * 1024
  const maxAnswers = options.maxAnswers ?? 32
  const report = reportOnce(options)
  let swept = false
  const placeOf = (question: CatalogQuestion): string => join(folder, `catalog-${keyName(question)}`)
  return {
    load: (question) =>
      Effect.orElseSucceed(
        Effect.tryPromise(async () => {
          // Quotes in the body are escaped in the file.
          const value = objectIn(await readSmall(join(placeOf(question), nameOf(question)), 2 * maxBytes + 1024))
          return value === undefined ? undefined : answerIn(value, questionText(question))
        }),
        () => undefined,
      ),
    save: (question, { at, body }) =>
      Effect.tryPromise(async () => {
        if (Buffer.byteLength(body) > maxBytes) return
        const place = placeOf(question)
        await writeWhole(join(place, nameOf(question)), JSON.stringify({ at, question: questionText(question), body }))
        await removeBeyond(place, maxAnswers)
        if (!swept) await removeOld(folder, (name) => name.startsWith("catalog-"), keepMillis)
        swept = true
      }).pipe(Effect.catch(({ cause }) =>
        Effect.sync(() => {
          report(`Cannot store the catalog in ${folder}: ${reasonOf(cause)}`)
        })
      )),
  }
}

const questionText = ({ path, query }: CatalogQuestion): string => JSON.stringify([path, query])

const nameOf = (question: CatalogQuestion): string =>
  `${question.path.replace(/\W/g, "_")}-${
    createHash("sha256").update(questionText(question)).digest("hex").slice(0, 12)
  }.json`

const answerIn = (value: Readonly<Record<string, unknown>>, question: string): StoredAnswer | undefined => {
  const { at, body } = value
  return value["question"] === question && typeof at === "number" && Number.isFinite(at) && typeof body === "string"
    ? { at, body }
    : undefined
}

const removeBeyond = async (place: string, most: number): Promise<void> => {
  const names = await namesIn(place)
  if (names.length <= most) return
  const aged = await Promise.all(names.map(async (name) => {
    const file = join(place, name)
    return { file, at: await stat(file).then(({ mtimeMs }) => mtimeMs, () => 0) }
  }))
  aged.sort((a, b) => b.at - a.at)
  await Promise.all(aged.slice(most).map(({ file }) => rm(file, { force: true })))
}
