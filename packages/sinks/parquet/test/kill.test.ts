import { parquet, type ParquetEvent } from "@boltodds/sink-parquet"
import { duckdb } from "@boltodds/testing/duckdb"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { parquetFiles, tree } from "./fixtures/files.ts"

const fixture = fileURLToPath(new URL("fixtures/write.ts", import.meta.url))
/** How often a process is killed: `PARQUET_KILLS=50 pnpm vitest run packages/sinks/parquet/test/kill`. */
const kills = Number(process.env["PARQUET_KILLS"] ?? 4)
/** Each process numbers its records from a multiple of this on. */
const stride = 10_000_000

/** Lets a process write, and kills it at some moment. Gives the last that it acknowledged. */
const runAndKill = async (path: string, from: number): Promise<number> => {
  const args = ["--conditions=@boltodds/source", fixture, path, String(from), String(128 * 1024)]
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] })
  let said = ""
  let failed = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => said += text)
  child.stderr.setEncoding("utf8").on("data", (text: string) => failed += text)
  const closed = once(child, "close")
  if (Math.random() < 0.9) await Promise.race([once(child.stdout, "data"), closed])
  // Long enough that files are converted meanwhile, at any of their moments.
  const pause = Math.random() * 1000
  await Promise.race([new Promise((done) => setTimeout(done, pause)), closed])
  child.kill("SIGKILL")
  await closed
  expect(failed).toBe("")
  return Number(said.split("\n").at(-2) ?? from)
}

const seqsOf = async (path: string): Promise<ReadonlyArray<number>> =>
  (await duckdb(`select seq from read_parquet('${path}', file_row_number = true) order by file_row_number`))
    .map(([seq]) => Number(seq))

describe("killed at any moment", () => {
  it(`has whole files only, and every acknowledged record once, in order, after ${kills} kills`, async () => {
    const folder = temporaryFolder()
    const path = join(folder, "odds.parquet")
    const acknowledged: Array<number> = []
    const seqs = new Map<string, ReadonlyArray<number>>()
    const readNew = async (): Promise<void> => {
      for (const file of parquetFiles(folder)) if (!seqs.has(file)) seqs.set(file, await seqsOf(file))
    }
    for (let round = 0; round < kills; round++) {
      acknowledged.push(await runAndKill(path, round * stride))
      // What has its name is whole, killed or not.
      await readNew()
    }
    const events: Array<ParquetEvent> = []
    await Effect.runPromise(
      Effect.scoped(parquet({ path }, { emit: "changes", onEvent: (event) => events.push(event) })),
    )
    expect(events.filter(({ _tag }) => _tag === "NotWritten")).toEqual([])
    expect(tree(folder).filter((name) => !/^odds(\.\d+)?\.parquet$/.test(name))).toEqual([])
    await readNew()
    const all = parquetFiles(folder).flatMap((file) => seqs.get(file)!)
    const misplaced = all.findIndex((seq, index) =>
      seq % stride === 1 ? seq <= (all[index - 1] ?? 0) : seq !== (all[index - 1] ?? 0) + 1
    )
    expect(misplaced).toBe(-1)
    const last = new Map(all.map((seq) => [Math.floor(seq / stride), seq]))
    expect(acknowledged.filter((seq, round) => seq > round * stride && (last.get(round) ?? 0) < seq)).toEqual([])
    expect(acknowledged.some((seq, round) => seq > round * stride)).toBe(true)
  }, 240_000 + kills * 25_000)
})
