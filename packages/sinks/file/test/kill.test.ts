import type { Compress } from "@boltodds/sink-file"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { opened, seqsOf, tempFolder, tree } from "./fixtures/files.ts"

const fixture = fileURLToPath(new URL("fixtures/write.ts", import.meta.url))
/** How often a process is killed, for each form: `FILE_KILLS=50 pnpm vitest run packages/sinks/file/test/kill.test.ts`. */
const kills = Number(process.env["FILE_KILLS"] ?? 6)
/** Each process numbers its lines from a multiple of this on. */
const stride = 10_000_000

const numberOf = (name: string): number => Number(/\.(\d+)\.ndjson/.exec(name)?.[1] ?? 0)

/** Lets a process write, and kills it at some moment: at its start, between two lines, anywhere. Gives what it acknowledged. */
const runAndKill = async (path: string, compress: Compress, from: number): Promise<number> => {
  const args = ["--conditions=@boltodds/source", fixture, path, compress, String(from), String(256 * 1024)]
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] })
  let told = ""
  let failed = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => told += text)
  child.stderr.setEncoding("utf8").on("data", (text: string) => failed += text)
  const closed = once(child, "close")
  // Once it writes, soon; now and then before.
  if (Math.random() < 0.8) await Promise.race([once(child.stdout, "data"), closed])
  const pause = Math.random() * 150
  await Promise.race([new Promise((done) => setTimeout(done, pause)), closed])
  child.kill("SIGKILL")
  const [code] = await closed
  expect(failed).toBe("")
  expect(code).toBe(null)
  return Number(told.split("\n").at(-2) ?? from)
}

describe.each<Compress>(["none", "gzip", "zstd"])("killed at any moment, %s", (compress) => {
  it(`has every acknowledged line once, in order, and no torn one, after ${kills} kills`, async () => {
    const folder = tempFolder()
    const path = join(folder, "odds.ndjson")
    const acknowledged: Array<number> = []
    const complete = new Set<string>()
    for (let round = 0; round < kills; round++) {
      acknowledged.push(await runAndKill(path, compress, round * stride))
      // What has its final name is whole, killed or not.
      for (const name of tree(folder)) {
        if (name.endsWith(".part") || complete.has(name)) continue
        complete.add(name)
        seqsOf(join(folder, name))
      }
    }
    const { events } = await Effect.runPromise(Effect.scoped(opened({ path, compress })))
    expect(events.filter((event) => event._tag === "Unreadable" || event._tag === "Trouble")).toEqual([])
    const names = tree(folder).toSorted((a, b) => numberOf(a) - numberOf(b))
    expect(names.filter((name) => !/^odds(\.\d+)?\.ndjson(\.gz|\.zst)?$/.test(name))).toEqual([])
    const seqs = names.flatMap((name) => seqsOf(join(folder, name)))
    // Each process's from the first on, none twice, none missing, and after those of the process before it.
    const misplaced = seqs.findIndex((seq, index) =>
      seq % stride === 1 ? seq <= (seqs[index - 1] ?? 0) : seq !== (seqs[index - 1] ?? 0) + 1
    )
    expect(misplaced).toBe(-1)
    // Those after the last acknowledged were written, and the acknowledgment did not arrive.
    const last = new Map(seqs.map((seq) => [Math.floor(seq / stride), seq]))
    const missing = acknowledged.filter((seq, round) => seq > round * stride && (last.get(round) ?? 0) < seq)
    expect(missing).toEqual([])
    expect(acknowledged.some((last, round) => last > round * stride)).toBe(true)
  }, 240_000 + kills * 25_000)
})
