/** A reader of a server, over real sockets. */
import type { Change, Control } from "@boltodds/protocol"
import { emptyBook, fold, isLive } from "@boltodds/protocol"
import {
  type ServeDial,
  type ServeError,
  serveReaderCheck,
  type ServeReaderOptions,
  serveRecords,
  webDial,
} from "@boltodds/serve/reader"
import { wsDial } from "@boltodds/serve"
import { cert, key } from "@boltodds/testing/certificate"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { describe, expect, it, onTestFinished } from "vitest"
import { breakable } from "./breakable.ts"
import { Arrivals, isKind, message, outcome, run, serve, type Served } from "./served.ts"

const game = "A vs B, 2026-07-16, 01"

const begin = ({ script, feed }: Served): void => {
  script.connect().frame(message("initial_state", "betmgm", game, { "A ML": outcome("-110") }))
  feed()
}

const move = ({ script, feed }: Served, odds: string, link?: string): void => {
  script.wait(100).frame(
    message("line_update", "betmgm", game, { "A ML": outcome(odds, link === undefined ? {} : { link }) }),
  )
  feed()
}

const has = (odds: number) => (record: Change | Control): boolean => "odds" in record && record.odds === odds

/** A reader, and what it was given. */
const read = (options: ServeReaderOptions, each: () => Promise<void> = async () => {}) => {
  const arrivals = new Arrivals()
  const trouble: Array<ServeError> = []
  const controller = new AbortController()
  const ended = Effect.runPromise(
    Stream.runForEach(
      serveRecords({ ...options, onTrouble: (error) => trouble.push(error) }),
      (group) =>
        Effect.promise(async () => {
          for (const record of group) arrivals.add(record)
          await each()
        }),
    ),
    { signal: controller.signal },
  ).catch((cause: unknown) => {
    if (!controller.signal.aborted) throw cause
  })
  onTestFinished(async () => {
    controller.abort()
    await ended
  })
  return {
    arrivals,
    trouble,
    get live() {
      const book = fold(emptyBook, arrivals.records)
      return [...book.games.values()].flatMap((of) =>
        [...of.lines.values()].filter((line) => isLive(book, of, line)).map(({ odds }) => odds)
      )
    },
  }
}

const dials: ReadonlyArray<readonly [string, ServeDial]> = [["ws", wsDial()], ["the WebSocket of the runtime", webDial]]

describe.each(dials)("serveRecords with %s", (_, dial) => {
  it("gives the book, then each record once, over connections that are cut, and has all as stale in between", async () => {
    const served = await serve()
    begin(served)
    const { port, cut, block } = await breakable(served.server.port)
    const reader = read({ url: `http://127.0.0.1:${port}`, dial })
    const { arrivals } = reader
    await arrivals.until(has(-110))
    move(served, "-120")
    await arrivals.until(has(-120))
    expect(reader.live).toEqual([-120])
    block(true)
    cut()
    await arrivals.until(isKind("stale"))
    expect(reader.live).toEqual([])
    move(served, "-121")
    move(served, "-122")
    block(false)
    await arrivals.until(isKind("fresh"))
    expect(reader.live).toEqual([-122])
    move(served, "-130")
    await arrivals.until(has(-130))
    expect(arrivals.kinds).toEqual([
      "stream_started",
      "game_opened",
      "line_opened",
      "line_moved",
      "stale",
      "line_moved",
      "line_moved",
      "fresh",
      "line_moved",
    ])
    // A snapshot has identities of its own, and what follows has that of the feed.
    expect(arrivals.records.map(({ origin }) => origin)).toEqual([
      ...Array<string>(3).fill(`serve:127.0.0.1:${port}`),
      undefined,
      `serve:127.0.0.1:${port}`,
      undefined,
      undefined,
      `serve:127.0.0.1:${port}`,
      undefined,
    ])
    expect(reader.trouble.map(({ reason }) => reason)).toContain("unreachable")
  })

  it("begins again with the whole book where the server was started again, also in the same run", async () => {
    const first = await serve()
    begin(first)
    const { port } = first.server
    const reader = read({ url: `http://127.0.0.1:${port}`, dial })
    const { arrivals } = reader
    await arrivals.until(has(-110))
    move(first, "-120")
    await arrivals.until(has(-120))
    await first.server.stop()
    await arrivals.until(isKind("stale"))
    // Its records have the numbers of the first.
    const second = await serve({ port })
    begin(second)
    move(second, "-140")
    move(second, "-141")
    await arrivals.until(has(-141))
    await expect.poll(() => reader.live).toEqual([-141])
    expect(arrivals.kinds.filter((kind) => kind === "stream_started")).toHaveLength(2)
    expect(new Set(arrivals.records.map((record) => record.run))).toEqual(new Set([run]))
  })

  it("ends with the newest price, however slow its reader is", async () => {
    const served = await serve({ limits: { slowBytes: 200_000 } })
    begin(served)
    let goOn = (): void => {}
    const isFast = new Promise<void>((resolve) => goOn = resolve)
    const reader = read({ url: served.server.url, dial }, () => isFast)
    const { arrivals } = reader
    await arrivals.until(has(-110))
    // 60 MB: more than the buffers of the system and of the reader hold.
    for (let odds = 200; odds < 2_600; odds++) {
      move(served, `+${odds}`, "x".repeat(25_000))
      if (odds % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    move(served, "+9999")
    goOn()
    await arrivals.until(has(9999))
    await expect.poll(() => reader.live).toEqual([9999])
    expect(arrivals.records.length).toBeLessThan(2_000)
  })
})

describe("serveRecords", () => {
  it("reads only what its filter takes", async () => {
    const served = await serve()
    begin(served)
    served.script.frame(message("initial_state", "fanduel", game, { "A ML": outcome("+150") }))
    served.feed()
    const { arrivals } = read({ url: served.server.url, dial: wsDial(), sportsbook: ["fanduel"], where: "odds > 100" })
    await arrivals.until(has(150))
    move(served, "-120")
    served.script.disconnect()
    served.feed()
    await arrivals.until(isKind("gap_opened"))
    expect(arrivals.records.filter(has(-120))).toEqual([])
  })

  it("ends with what the server says, where it is refused at the start", async () => {
    const served = await serve({ token: "0123456789abcdef" })
    begin(served)
    const failure = (options: Partial<ServeReaderOptions>): Promise<ServeError> =>
      Effect.runPromise(
        Effect.flip(Stream.runDrain(serveRecords({ url: served.server.url, dial: wsDial(), ...options }))),
      )
    const token = Redacted.make("0123456789abcdef")
    expect(await failure({})).toMatchObject({
      reason: "refused",
      message: expect.stringContaining("Cannot let you in without the token") as string,
    })
    expect(await failure({ token: Redacted.make("wrong") })).toMatchObject({ reason: "refused" })
    expect(await failure({ token, where: "odds" })).toMatchObject({
      reason: "options",
      message: "The server does not serve this: Cannot use this expression: it is not understood",
    })
    expect(await failure({ url: "http://127.0.0.1:1" })).toMatchObject({ reason: "unreachable" })
    expect(await failure({ url: "http://odds.example" })).toMatchObject({
      reason: "options",
      message: expect.stringContaining("http:// to odds.example can be read on the way") as string,
    })
    expect(await failure({ sport: [] })).toMatchObject({ reason: "options" })
    expect(await Effect.runPromise(serveReaderCheck({ url: served.server.url, token, dial: wsDial() }))).toBe(
      `the server at 127.0.0.1:${served.server.port} serves changes`,
    )
    // Pages can set no header.
    const { arrivals } = read({ url: served.server.url, token, dial: webDial })
    await arrivals.until(has(-110))
  })

  it("speaks TLS, with the authority that it is given", async () => {
    const served = await serve({ tls: { cert, key }, compress: true })
    begin(served)
    const url = `https://localhost:${served.server.port}`
    const { arrivals } = read({ url, dial: wsDial({ ca: cert }) })
    await arrivals.until(has(-110))
    const refused = Effect.flip(Stream.runDrain(serveRecords({ url, dial: wsDial() })))
    expect(await Effect.runPromise(refused)).toMatchObject({ reason: "unreachable" })
  })
})
