/** The examples of the README, run as they are printed there but for the address. */
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as process from "node:process"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect } from "vitest"
import { ack, data } from "@boltodds/testing/FakeFeed"
import { localServer } from "@boltodds/testing/LocalServer"

const folder = fileURLToPath(new URL("..", import.meta.url))
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
const examples = [...readme.matchAll(/^```ts ignore\n([\s\S]*?)^```/gm)].map((match) => match[1]!)

const server = localServer({
  connection: (socket) => {
    socket.send(ack)
    socket.once("message", () => socket.send(data))
  },
  request: (_, response) => response.end('{"sports":["MLB"],"sportsbooks":["draftkings"]}'),
})

/** For what the examples share with other processes. */
const shared = mkdtempSync(join(tmpdir(), "boltodds-readme-"))
afterAll(() => rmSync(shared, { recursive: true, force: true }))

/** Runs an example in a process of its own, with the vendor's address replaced. */
const run = (code: string, url: string) =>
  Effect.promise(() =>
    new Promise<{ readonly out: string; readonly err: string; readonly code: number | null }>((resolve) => {
      const here = code
        .replaceAll(/\bconnect\(\{/g, `connect({ url: "${url}",`)
        .replaceAll(/\bmake(Session|Catalog)\(\{/g, `make$1({ url: "${url}",`)
      expect(here).not.toBe(code)
      const child = spawn(process.execPath, [
        "--conditions=@boltodds/source",
        "--no-warnings",
        "--input-type=module-typescript",
        "--eval",
        here,
      ], {
        cwd: folder,
        env: { ...process.env, BOLTODDS_API_KEY: "s3cret", XDG_STATE_HOME: shared, XDG_CACHE_HOME: shared },
      })
      let out = ""
      let err = ""
      child.stdout.on("data", (chunk) => out += chunk)
      child.stderr.on("data", (chunk) => err += chunk)
      child.on("close", (code) => resolve({ out, err, code }))
    })
  )

describe("the README", () => {
  const outputs = [
    "socket_connected\nline_update\nunverified since AT shutdown\n",
    `${ack.length}\n${data.length}\n`,
    "Connected\nFrame\nSubscribed\n",
    "no sportsbook `draftking`; did you mean `draftkings`?\n",
    "Connected\nFrame\nSubscribed\n",
  ]
  it("has an example for each output", () => {
    expect(examples.length).toBe(outputs.length)
  })
  for (const [index, output] of outputs.entries()) {
    it.live(`example ${index + 1} runs`, () =>
      Effect.gen(function* () {
        const { url } = yield* server
        const { out, err, code } = yield* run(examples[index]!, url)
        expect(err).toBe("")
        expect(out.replaceAll(/\d{13}/g, "AT").replace(/^Tick\n/gm, "")).toBe(output)
        expect(code).toBe(0)
      }))
  }

  it("shows each façade in under 15 lines", () => {
    for (const example of examples.slice(0, 2)) expect(example.trim().split("\n").length).toBeLessThan(15)
  })
})
