/** The libraries in a real browser: the reducer alone, and the whole way from the socket to the book. */
import { keyOf, makeSession } from "@boltodds/connection"
import { wsTransport } from "@boltodds/connection/node"
import { encodeEvent, encodeRecordingHeader } from "@boltodds/protocol"
import { startSimulator } from "@boltodds/simulator"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { chromium, openPage } from "./Chromium.ts"
import { bundleFor, servePage } from "./PageServer.ts"
import { replay, textOf } from "./page.ts"

/** Where a browser is known to be installed, a missing one is a failure. */
const needed = process.env["BOLTODDS_BROWSER"] === "required"
const here = chromium !== undefined || needed
const why = here ? "" : " (skipped: no chromium here; install one, or name it in CHROMIUM)"
const startMillis = 90_000

const run = "01J00000000000000000000000"
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex")
const mark = '{"action":"mark"}'

let script = ""
beforeAll(async () => {
  if (!here) return
  if (chromium === undefined) throw new Error("There is no chromium, and BOLTODDS_BROWSER says that there must be")
  script = (await bundleFor('export * from "./page.ts"')).code
})

/** Runs a script in a page, and gives what it posts to `/done`; collects its other lines as they come. */
const inPage = async (
  body: string,
  recording: string = "",
  heard: (path: string, text: string) => void = () => {},
): Promise<string> => {
  let done: (text: string) => void = () => {}
  let failed: (error: Error) => void = () => {}
  const result = new Promise<string>((resolve, reject) => {
    done = resolve
    failed = reject
  })
  const page = `<!doctype html><meta charset="utf-8"><script type="module">
const say = (path, text) => fetch(path, { method: "POST", body: text })
addEventListener("error", ({ message }) => say("/failed", message))
addEventListener("unhandledrejection", ({ reason }) => say("/failed", String(reason?.stack ?? reason)))
const { replay, watch, textOf } = await import("/page.js")
${body}
</script>`
  const server = await servePage({
    "/": { type: "text/html", text: page },
    "/page.js": { type: "text/javascript", text: script },
    "/recording": { type: "text/plain", text: recording },
  }, (path, text) => {
    if (path === "/done") done(text)
    else if (path === "/failed") failed(new Error(`In the page: ${text}`))
    else heard(path, text)
  })
  const close = openPage(server.url)
  const timer = setTimeout(() => failed(new Error(`The page said nothing for ${startMillis / 1000} s`)), startMillis)
  try {
    return await result
  } finally {
    clearTimeout(timer)
    await close()
    await server.close()
  }
}

/** A session with a simulated feed, cut once, as a recording. */
const record = async (): Promise<string> => {
  const server = await startSimulator({ rate: 1500, binary: true, world: { seed: 3, games: 8 } })
  onTestFinished(() => server.stop())
  const lines = [encodeRecordingHeader(run, { settleMillis: 300 })]
  const session = makeSession({ key: keyOf(server.key), url: server.url, transport: wsTransport() })
  let cuts = 0
  let ticks = 0
  await Effect.runPromise(Effect.flatMap(session, ({ events }) =>
    events.pipe(
      Stream.takeUntil((event) => event._tag === "Frame" && event.raw.length === mark.length),
      Stream.runForEach((event) =>
        Effect.sync(() => {
          lines.push(encodeEvent(event))
          if (event._tag !== "Tick") return
          // A second or two of odds on each side of the cut.
          if (cuts === 0 && lines.length > 100 && ++cuts) server.disconnect("abort")
          else if (cuts === 1 && event.epoch === 2 && ++ticks === 2 && ++cuts) {
            server.pause()
            void server.drained().then(() => server.pushFrame(mark))
          }
        })
      ),
    )))
  return lines.join("\n") + "\n"
}

/** Folds a recording in the page and here, and compares the results, and every record on the way. */
const foldInBoth = async (recording: string) => {
  const told = JSON.parse(
    await inPage(
      `
const recording = await (await fetch("/recording")).text()
const started = performance.now()
const { records, book } = replay(recording)
const millis = performance.now() - started
const hashOf = async (text) =>
  [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("")
await say("/done", JSON.stringify({ millis, records: await hashOf(records), book: textOf(book), hash: await hashOf(textOf(book)) }))
`,
      recording,
    ),
  ) as { readonly millis: number; readonly records: string; readonly book: string; readonly hash: string }
  const here = replay(recording)
  const text = textOf(here.book)
  expect(told.book).toBe(text)
  expect(told.hash).toBe(hashOf(text))
  expect(told.records).toBe(hashOf(here.records))
  return here
}

describe("the bundles for browsers", () => {
  // The README of @boltodds/connection says these sizes.
  it("need nothing of a server runtime, and are small", async () => {
    const reducer = await bundleFor('export { makeFrame } from "@boltodds/protocol"; export * from "@boltodds/state"')
    const all = await bundleFor('export { connect } from "@boltodds/connection"; export * from "@boltodds/state"')
    for (const { code } of [reducer, all]) expect(code).not.toMatch(/["']node:|require\(/)
    expect(reducer.gzipBytes).toBeLessThan(56_000)
    expect(all.gzipBytes).toBeLessThan(90_000)
  })
})

describe.skipIf(!here)(`in a browser${why}`, () => {
  it("the reducer folds a recording to the same book as here, by the same records, byte for byte", async () => {
    const recording = await record()
    const { book, records } = await foldInBoth(recording)
    expect(book.games.size).toBeGreaterThan(20)
    for (const kind of ["gap_opened", "game_verified", "gap_closed", "line_moved", "line_suspended"]) {
      expect(records).toContain(`"${kind}"`)
    }
  })

  const sample = fileURLToPath(new URL("../../../shared/samples/capture-2025-09-08.ndjson", import.meta.url))
  it.skipIf(!existsSync(sample))(
    `the reducer folds captured messages to the same book${existsSync(sample) ? "" : " (skipped: no samples here)"}`,
    async () => {
      const at = Date.UTC(2025, 8, 8)
      const frames = readFileSync(sample, "utf8").trimEnd().split("\n")
        .map((text, index) => JSON.stringify({ event: "Frame", session: "feed", epoch: 1, at: at + index, text }))
      const { book } = await foldInBoth([encodeRecordingHeader(run), ...frames].join("\n"))
      expect(book.games.size).toBeGreaterThan(0)
    },
  )

  it("the web transport takes a snapshot, is cut, heals, and holds the server's book", async () => {
    const server = await startSimulator({ rate: 400, world: { games: 8 } })
    onTestFinished(() => server.stop())
    let synced = 0
    const told = JSON.parse(
      await inPage(
        `
const controls = []
const feed = { url: "${server.url}", key: "${server.key}", options: { run: "${run}", settleMillis: 300 } }
const book = await watch(feed, (record) => {
  if (record.control === undefined) return
  controls.push(record.control)
  if (record.control === "synced") say("/synced", "")
}, (event) => event._tag === "Frame" && event.raw.length === ${mark.length})
const games = [...book.games.values()]
await say("/done", JSON.stringify({
  controls,
  doubted: games.flatMap((game) => [...game.lines.values()]).filter((line) => !line.verified).length,
  stale: book.staleSessions.size + book.staleBooks.size,
  prices: games.flatMap(({ sportsbook, game, lines }) => [...lines.values()].flatMap(({ outcome, odds }) =>
    odds === null ? [] : [[sportsbook + "|" + game + "|" + outcome, odds > 0 ? "+" + odds : String(odds)]]
  )),
}))
`,
        "",
        (path) => {
          if (path !== "/synced") return
          if (++synced === 1) server.disconnect("abort")
          else {
            server.pause()
            void server.drained().then(() => server.pushFrame(mark))
          }
        },
      ),
    ) as {
      readonly controls: ReadonlyArray<string>
      readonly doubted: number
      readonly stale: number
      readonly prices: ReadonlyArray<readonly [string, string]>
    }
    expect(Object.fromEntries(told.prices)).toEqual(server.book())
    expect(told.prices.length).toBeGreaterThan(100)
    expect(told.doubted + told.stale).toBe(0)
    const life = new Set(["stream_started", "gap_opened", "gap_closed", "synced"])
    expect(told.controls.filter((control) => life.has(control)))
      .toEqual(["stream_started", "synced", "gap_opened", "gap_closed", "synced"])
    expect(server.stats().accepted).toBe(2)
  })
})
