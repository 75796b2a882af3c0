/** A browser's own EventSource, against a server of this machine. */
import { beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { chromium, openPage } from "../../../examples/browser/Chromium.ts"
import { bundleFor, servePage } from "../../../examples/browser/PageServer.ts"
import { breakable } from "./breakable.ts"
import { message, outcome, serve } from "./served.ts"

/** Where a browser is known to be installed, a missing one is a failure. */
const isNeeded = process.env["BOLTODDS_BROWSER"] === "required"
const isHere = chromium !== undefined || isNeeded
const why = isHere ? "" : " (skipped: no chromium here; install one, or name it in CHROMIUM)"

const game = "A vs B, 2026-07-16, 01"

let script = ""
beforeAll(async () => {
  if (!isHere) return
  if (chromium === undefined) throw new Error("There is no chromium, and BOLTODDS_BROWSER says that there must be")
  script = (await bundleFor(`
export { emptyBook, fold } from "@boltodds/protocol"
export { serveRecords } from "@boltodds/serve/reader"
export * as Effect from "effect/Effect"
export * as Stream from "effect/Stream"
`)).code
})

/** Runs a script in a page. Gives what waits for what the script posts to a path. */
const inPage = async (body: string): Promise<(path: string) => Promise<string>> => {
  const posted = new Map<string, string>()
  const waiting = new Map<string, () => void>()
  const page = `<!doctype html><meta charset="utf-8"><script type="module">
const say = (path, text = "") => fetch(path, { method: "POST", body: text })
addEventListener("error", ({ message }) => say("/failed", message))
addEventListener("unhandledrejection", ({ reason }) => say("/failed", String(reason?.stack ?? reason)))
${body}</script>`
  const pages = await servePage({
    "/": { type: "text/html", text: page },
    "/page.js": { type: "text/javascript", text: script },
  }, (path, text) => {
    posted.set(path, text)
    for (const look of waiting.values()) look()
  })
  onTestFinished(() => pages.close())
  onTestFinished(openPage(pages.url))
  return (path) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (posted.has("/failed")) reject(new Error(`In the page: ${posted.get("/failed")}`))
        else if (posted.has(path)) resolve(posted.get(path)!)
      }
      waiting.set(path, look)
      look()
    })
}

describe.skipIf(!isHere)(`in a browser${why}`, () => {
  it("EventSource gets the snapshot, is cut, and goes on after its last id without another snapshot", async () => {
    const served = await serve()
    const { script: feed, feed: play } = served
    feed.connect().frame(
      message("initial_state", "betmgm", game, { "A ML": outcome("-110") }),
      message("initial_state", "fanduel", game, { "A ML": outcome("+105") }, { sport: "NBA" }),
    )
    play()
    const move = (odds: string): void => {
      feed.wait(100).frame(message("line_update", "betmgm", game, { "A ML": outcome(odds) }))
      play()
    }
    const { port, cut } = await breakable(served.server.port)
    const until = await inPage(`const { emptyBook, fold } = await import("/page.js")
const all = []
const source = new EventSource("http://127.0.0.1:${port}/v1/stream?sport=MLB")
source.onmessage = async ({ data }) => {
  const record = JSON.parse(data)
  all.push(record)
  if (record.odds !== undefined) await say("/odds" + record.odds)
  if (record.odds !== -130) return
  const book = fold(emptyBook, all)
  const lines = [...book.games.values()].flatMap((game) => [...game.lines.values()])
  await say("/done", JSON.stringify({ kinds: all.map((each) => each.control ?? each.change), lines }))
}
`)
    await until("/odds-110")
    move("-120")
    await until("/odds-120")
    cut()
    // The browser is away, or already dials again: both must give the same.
    move("-121")
    move("-122")
    await until("/odds-122")
    move("-130")
    const { kinds, lines } = JSON.parse(await until("/done"))
    expect(kinds).toEqual(["stream_started", "game_opened", "line_opened", ...Array(4).fill("line_moved")])
    expect(lines).toMatchObject([{ outcome: "A ML", odds: -130, verified: true }])
  })

  it("serveRecords gets the snapshot, is cut, has all as stale, and goes on without another snapshot", async () => {
    const served = await serve()
    const { script: feed, feed: play } = served
    feed.connect().frame(message("initial_state", "betmgm", game, { "A ML": outcome("-110") }))
    play()
    const move = (odds: string): void => {
      feed.wait(100).frame(message("line_update", "betmgm", game, { "A ML": outcome(odds) }))
      play()
    }
    const { port, cut } = await breakable(served.server.port)
    const until = await inPage(`const { emptyBook, fold, serveRecords, Effect, Stream } = await import("/page.js")
const all = []
const records = serveRecords({ url: "http://127.0.0.1:${port}" })
await Effect.runPromise(Stream.runForEach(records, (group) => Effect.promise(async () => {
  all.push(...group)
  for (const record of group) {
    if (record.odds !== undefined) await say("/odds" + record.odds)
    if (record.control !== undefined) await say("/" + record.control)
  }
  if (!group.some(({ odds }) => odds === -130)) return
  const book = fold(emptyBook, all)
  const lines = [...book.games.values()].flatMap((game) => [...game.lines.values()])
  await say("/done", JSON.stringify({ kinds: all.map((each) => each.control ?? each.change), lines, stale: book.staleSessions.size }))
})))
`)
    await until("/odds-110")
    move("-120")
    await until("/odds-120")
    cut()
    await until("/stale")
    move("-121")
    await until("/fresh")
    await until("/odds-121")
    move("-130")
    const { kinds, lines, stale } = JSON.parse(await until("/done"))
    expect(kinds).toEqual(
      ["stream_started", "game_opened", "line_opened", "line_moved", "stale", "line_moved", "fresh", "line_moved"],
    )
    expect(lines).toMatchObject([{ outcome: "A ML", odds: -130, verified: true }])
    expect(stale).toBe(0)
  })
})
