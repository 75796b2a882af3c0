/** Two commands, as in a shell: one replays a recorded day, the other follows it. */
import { type Change, type Control, emptyBook, fold } from "@boltodds/protocol"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { PipeProcess, recordsOf } from "@boltodds/testing/PipeProcess"
import { priced } from "./priced.ts"

const samples = fileURLToPath(new URL("../../../../shared/samples/", import.meta.url))
const there = existsSync(samples)

describe.skipIf(!there)("simulate --replay (needs the samples folder)", { concurrent: true }, () => {
  it.each([{ flags: [] }, { flags: ["--binary"] }])(
    "feeds changes that fold to the exact book $flags",
    async (given) => {
      const trace = samples + "mlb-2026-07-16.trace.ndjson.gz"
      const { book } = JSON.parse(readFileSync(samples + "mlb-2026-07-16.book.json", "utf8")) as { book: object }
      const words = ["simulate", "--replay", trace, "--speed", "max", "--port", "0", "--key", "k", ...given.flags]
      const server = new PipeProcess(words)
      await server.until(({ stderr }) => /ws:\/\/[\d.]+:\d+\/api/.test(stderr))
      const url = /ws:\/\/[\d.]+:\d+\/api/.exec(server.stderr)![0]
      const pipe = new PipeProcess(["--emit", "changes", "--url", url], { env: { BOLTODDS_API_KEY: "k" } })
      await pipe.next('"control":"synced"')
      pipe.kill("SIGTERM")
      const { code, stdout } = await pipe.ended
      server.kill("SIGTERM")
      expect(code).toBe(0)
      expect(priced(fold(emptyBook, recordsOf(stdout) as unknown as ReadonlyArray<Change | Control>))).toEqual(book)
      expect((await server.ended).code).toBe(0)
    },
  )
})
