/** What Vector and Redpanda Connect start and dial, by the files in `other-programs`: the part that is ours. They are not run. */
import { type Change, type Control, emptyBook, fold } from "@boltodds/protocol"
import { readFileSync } from "node:fs"
import { once } from "node:events"
import { join } from "node:path"
import { WebSocket } from "ws"
import { parse } from "yaml"
import { describe, expect, it } from "vitest"
import { bundled } from "@boltodds/testing/PipeProcess"
import { root, Running, runPipeline } from "./Running.ts"

const recipe = (name: string) => parse(readFileSync(join(root, "examples/other-programs", `${name}.yaml`), "utf8"))

const lines = (text: string): ReadonlyArray<Change | Control> =>
  text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Change | Control)

/** A server, and where it is. */
const serving = async () => {
  const serve = runPipeline("serve", { LISTEN: "0" })
  const address = /serving changes at (http:\/\/127\.0\.0\.1:\d+)/
  await serve.until(() => address.test(serve.stderr) && serve.stderr.includes("receiving from"))
  return { serve, at: address.exec(serve.stderr)![1]! }
}

describe("a file for another program", { concurrent: true }, () => {
  it.each([
    ["vector", ({ sources: { odds: { command } } }: ReturnType<typeof recipe>) => command, "maximum_buffer_size_bytes"],
    [
      "redpanda-subprocess",
      ({ input: { subprocess: { name, args } } }: ReturnType<typeof recipe>) => [name, ...args],
      "max_buffer",
    ],
  ])(
    "%s starts a command that writes a record on each line, and stops with the server's last word",
    async (name, of, bound) => {
      const { serve, at } = await serving()
      const written = recipe(name)
      const [program, command, file] = of(written) as ReadonlyArray<string>
      expect([program, command]).toEqual(["boltodds-pipe", "run"])
      const path = join(root, "examples/other-programs", file!)
      const run = new Running([bundled, "run", path], { SERVER: at })
      await run.until(() => run.stdout.includes("line_moved"))
      expect((await serve.stop()).code).toBe(0)
      await run.until(() => run.stdout.includes("stream_stopped"))
      const { code, stdout } = await run.stop()
      expect(code).toBe(0)
      const records = lines(stdout)
      expect(records[0]).toMatchObject({ control: "stream_started" })
      expect(fold(emptyBook, records).games.size).toBeGreaterThan(0)
      const most = JSON.stringify(written).match(new RegExp(`"${bound}":(\\d+)`))![1]
      expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThan(Number(most) / 100)
    },
  )

  it("redpanda-websocket dials an address whose messages are records on lines", async () => {
    const { serve, at } = await serving()
    const { url } = recipe("redpanda-websocket").input.websocket as { readonly url: string }
    const socket = new WebSocket(url.replace("127.0.0.1:7880", new URL(at).host))
    const records: Array<Change | Control> = []
    socket.on("message", (data) => records.push(...lines(`${String(data)}\n`)))
    await once(socket, "open")
    await expect.poll(() => records.some((record) => "change" in record && record.change === "line_moved"), {
      timeout: 60_000,
    })
      .toBe(true)
    socket.terminate()
    expect(records[0]).toMatchObject({ control: "stream_started" })
    expect((await serve.stop()).code).toBe(0)
  })
})
