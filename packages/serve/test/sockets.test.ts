/** Clients with real sockets. */
import { connect } from "node:net"
import { describe, expect, it, onTestFinished } from "vitest"
import { cert, key } from "@boltodds/testing/certificate"
import { Conditions } from "@boltodds/testing/Conditions"
import { WebSocket } from "ws"
import { StreamServer } from "../src/index.ts"
import {
  ask,
  dial,
  isKind,
  listen,
  message,
  outcome,
  serve,
  type Served,
  statusOf,
  type StreamRecord,
} from "./served.ts"

const game = "A vs B, 2026-07-16, 01"
const other = "C vs D, 2026-07-16, 01"

/** A feed with a game at each of two sportsbooks. */
const begin = ({ script, feed }: Served): void => {
  script.connect().frame(
    message("initial_state", "betmgm", game, { "A ML": outcome("-110") }),
    message("initial_state", "fanduel", other, { "C ML": outcome("+150") }, { sport: "NBA" }),
  )
  feed()
}

const move = ({ script, feed }: Served, odds: string, sportsbook = "betmgm", key = "A ML"): void => {
  const at = sportsbook === "betmgm" ? { game, sport: "MLB" } : { game: other, sport: "NBA" }
  script.wait(100).frame(message("line_update", sportsbook, at.game, { [key]: outcome(odds) }, { sport: at.sport }))
  feed()
}

/** Sends large records, until the buffers of the system are full, whatever they hold. */
const fill = async ({ script, feed }: Served, isEnough: () => boolean): Promise<void> => {
  for (let odds = 101; !isEnough(); odds++) {
    const large = { "A ML": outcome(`+${101 + odds % 5_000}`, { link: "x".repeat(8_000) }) }
    script.wait(100).frame(message("line_update", "betmgm", game, large))
    feed()
    if (odds % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
}

const oddsOf = (record: StreamRecord): number | null | undefined => "odds" in record ? record.odds : undefined
const has = (odds: number) => (record: StreamRecord): boolean => oddsOf(record) === odds

describe("/v1/stream", () => {
  it("sends a snapshot and then what comes, to WebSockets and to Server-Sent Events alike", async () => {
    const served = await serve()
    begin(served)
    const one = dial(served.server)
    const two = await listen(served.server)
    await one.arrivals.until(has(150))
    await two.arrivals.until(has(150))
    move(served, "-120")
    await one.arrivals.until(has(-120))
    await two.arrivals.until(has(-120))
    expect(one.arrivals.kinds).toEqual([
      "stream_started",
      "game_opened",
      "line_opened",
      "game_opened",
      "line_opened",
      "line_moved",
    ])
    expect(two.arrivals.records).toEqual(one.arrivals.records)
    // The snapshot is one group.
    expect(one.arrivals.records.map(({ last }) => last === true)).toEqual([false, false, false, false, true, true])
    expect(two.response.headers["content-type"]).toBe("text/event-stream; charset=utf-8")
  })

  it("sends each client the records of its filter, and all controls", async () => {
    const served = await serve()
    begin(served)
    const nba = dial(served.server, "?sport=NBA")
    const none = dial(served.server, "?sportsbook=caesars")
    const dear = await listen(served.server, "?where=odds+%3E+100")
    await nba.arrivals.until(has(150))
    await dear.arrivals.until(has(150))
    await none.arrivals.until(isKind("stream_started"))
    served.script.disconnect()
    served.feed()
    for (const { arrivals } of [nba, none, dear]) await arrivals.until(isKind("gap_opened"))
    expect(none.arrivals.kinds).toEqual(["stream_started", "gap_opened"])
    expect(nba.arrivals.kinds).toEqual(["stream_started", "game_opened", "line_opened", "gap_opened"])
    expect(dear.arrivals.kinds).toEqual(["stream_started", "line_opened", "gap_opened"])
  })

  it("says in a snapshot that a gap is open", async () => {
    const served = await serve()
    begin(served)
    served.script.disconnect()
    served.feed()
    const { arrivals } = dial(served.server, "?sport=NBA")
    await arrivals.until(isKind("gap_opened"))
    expect(arrivals.kinds).toEqual(["stream_started", "game_opened", "line_opened", "gap_opened"])
  })

  it("replaces the filter of a WebSocket at its message, and answers mistakes", async () => {
    const served = await serve()
    begin(served)
    const { socket, arrivals, errors } = dial(served.server, "?sport=MLB")
    const conditions = new Conditions()
    socket.on("message", () => conditions.changed())
    const answers = (holds: () => boolean): Promise<void> => conditions.until(holds)
    await arrivals.until(has(-110))
    for (const text of ['{"filter": {"sports": ["NBA"]}}', '{"filter": {"where": "odds"}}', "{"]) {
      const before = errors.length
      socket.send(text)
      await answers(() => errors.length > before)
      // The next message may come a tenth of a second later.
      await new Promise((resolve) => setTimeout(resolve, 110))
    }
    // The first is taken; what follows at once is not.
    for (let index = 0; index < 20; index++) socket.send('{"filter": {"sport": ["NBA"]}}')
    await arrivals.until(has(150))
    expect(arrivals.kinds.slice(3, 6)).toEqual(["stream_started", "game_opened", "line_opened"])
    await answers(() => errors.length > 3)
    expect(errors[3]).toBe("Cannot change the filter so soon: wait 100 ms after the last message")
    expect(errors.slice(0, 2)).toEqual([
      'Unknown filter "sports". Did you mean "sport"?',
      "Cannot use this expression: it is not understood",
    ])
    expect(errors[2]).toMatch(/^Cannot read the message: .*Write \{"filter"/)
    move(served, "-125")
    move(served, "+160", "fanduel", "C ML")
    await arrivals.until(has(160))
    expect(arrivals.records.filter(has(-125))).toEqual([])
  })

  it("goes on after the last id, with a snapshot where that is gone", async () => {
    const served = await serve({ limits: { ringRecords: 3 } })
    begin(served)
    move(served, "-111")
    const first = await listen(served.server)
    await first.arrivals.until(has(-111))
    const id = first.arrivals.ids.at(-1)!
    expect(id).toMatch(/^01J00000000000000000000000\.6~[0-9a-f-]{13}\.6$/)
    // A part of a snapshot is nothing to go on after.
    expect(first.arrivals.ids.slice(0, -1).filter((each) => each !== "" && each !== "-")).toEqual([])
    first.response.destroy()
    move(served, "-112")
    move(served, "-113")
    const second = await listen(served.server, "", { "Last-Event-ID": id })
    await second.arrivals.until(has(-113))
    expect(second.arrivals.records.map(oddsOf)).toEqual([-112, -113])
    for (const odds of ["-114", "-115"]) move(served, odds)
    const third = await listen(served.server, "", { "Last-Event-ID": id })
    await third.arrivals.until(has(-115))
    expect(third.arrivals.kinds[0]).toBe("stream_started")
    expect(third.arrivals.records.map(oddsOf).filter((odds) => typeof odds === "number").toSorted()).toEqual([
      -115,
      150,
    ])
  })

  it("goes on with a snapshot for a client that comes back with another filter: it has other prices", async () => {
    const served = await serve()
    begin(served)
    const first = await listen(served.server, "?sport=MLB")
    await first.arrivals.until(has(-110))
    move(served, "-111")
    await first.arrivals.until(has(-111))
    const id = first.arrivals.ids.at(-1)!
    first.response.destroy()
    const same = await listen(served.server, "?sport=MLB", { "Last-Event-ID": id })
    move(served, "-112")
    await same.arrivals.until(has(-112))
    expect(same.arrivals.records.map(oddsOf)).toEqual([-112])
    for (const query of ["", "?sport=MLB&sportsbook=fanduel"]) {
      const other = await listen(served.server, query, { "Last-Event-ID": id })
      await other.arrivals.until(() => true)
      expect(other.arrivals.kinds[0], query).toBe("stream_started")
    }
  })

  it("compresses for clients that ask for it, once for all of them", async () => {
    const served = await serve({ compress: true })
    begin(served)
    const small = dial(served.server, "", {}, { perMessageDeflate: { serverMaxWindowBits: 10 } })
    const [one, two] = [dial(served.server), dial(served.server)]
    for (let index = 0; index < 50; index++) move(served, String(-130 - index))
    for (const client of [one, two, small]) {
      await client.arrivals.until(has(-179))
      expect(client.arrivals.records.at(-1)).toEqual(one.arrivals.records.at(-1))
    }
    expect(one.socket.extensions).toContain("permessage-deflate")
    expect(small.socket.extensions).toBe("")
  })

  it("gives a slow client the newest of each line, and all again once it has taken that", async () => {
    const served = await serve({ limits: { slowBytes: 300_000 } })
    begin(served)
    const slow = dial(served.server)
    const fast = dial(served.server)
    await slow.arrivals.until(has(150))
    slow.socket.pause()
    await fill(served, () => served.stream.counts.slow === 1)
    for (let odds = 7_000; odds < 7_020; odds++) move(served, `+${odds}`)
    move(served, "+9999")
    await fast.arrivals.until(has(9999))
    slow.socket.resume()
    await slow.arrivals.until(has(9999))
    expect(slow.arrivals.records.length).toBeLessThan(fast.arrivals.records.length)
    expect(slow.arrivals.records.at(-1)).toMatchObject({ odds: 9999, merged: expect.any(Number) as number })
    expect(served.stream.counts).toMatchObject({ slow: 0, cut: 0 })
    for (const odds of ["-105", "-106", "-107"]) move(served, odds)
    for (const { arrivals } of [slow, fast]) await arrivals.until(has(-107))
    expect(slow.arrivals.records.slice(-3)).toEqual(fast.arrivals.records.slice(-3))
  })

  it("cuts a client that takes nothing, and one with too much unsent", async () => {
    for (const limits of [{ stallMillis: 300 }, { maxBytes: 300_000, slowBytes: 1e9 }]) {
      const served = await serve({ limits })
      begin(served)
      const stuck = connect(served.server.port, "127.0.0.1")
      onTestFinished(() => void stuck.destroy())
      stuck.on("error", () => {})
      stuck.write("GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
      await fill(served, () => served.stream.counts.cut === 1)
      expect(served.stream.counts.clients).toBe(0)
    }
  })
})

describe("/v1/book", () => {
  it("answers with one snapshot as lines, within a filter", async () => {
    const served = await serve()
    begin(served)
    move(served, "-120")
    const [status, body] = await ask(served.server, "/v1/book?sport=MLB")
    expect(status).toBe(200)
    const records = body.trimEnd().split("\n").map((line) => JSON.parse(line) as StreamRecord)
    expect(records.map(oddsOf)).toEqual([undefined, undefined, -120])
    expect(records.at(-1)?.last).toBe(true)
  })
})

describe("/v1/health", () => {
  it("says whether records come, and whether they are live", async () => {
    const served = await serve({ token: "0123456789abcdef" })
    expect((await ask(served.server, "/v1/health"))[0]).toBe(503)
    begin(served)
    expect(await health(served)).toEqual([200, "live"])
    served.script.disconnect()
    served.feed()
    expect(await health(served)).toEqual([200, "gap"])
  })
  const health = async ({ server }: Served): Promise<unknown> => {
    const [status, body] = await ask(server, "/v1/health")
    return [status, JSON.parse(body).status]
  }
})

describe("who is let in", () => {
  it("no page of another site, and no name that is not the server's", async () => {
    const { server } = await serve()
    expect(await statusOf(dial(server, "", { Origin: "https://evil.example" }))).toBe(403)
    expect(await statusOf(dial(server, "", { Host: "evil.example" }))).toBe(403)
    expect((await ask(server, "/v1/book", { Origin: "https://evil.example" }))[0]).toBe(403)
    expect((await ask(server, "/v1/health", { Host: "evil.example" }))[0]).toBe(403)
    expect(await statusOf(dial(server, "", { Origin: "http://localhost:3000" }))).toBe(101)
  })

  it("who has the token, in a header or in the address", async () => {
    const { server } = await serve({ token: "0123456789abcdef" })
    expect(await statusOf(dial(server))).toBe(401)
    expect(await statusOf(dial(server, "?token=0123456789abcdeg"))).toBe(401)
    expect(await statusOf(dial(server, "?token=0123456789abcdef"))).toBe(101)
    expect(await statusOf(dial(server, "", { Authorization: "Bearer 0123456789abcdef" }))).toBe(101)
    expect((await ask(server, "/v1/book", { Authorization: "Basic 0123456789abcdef" }))[0]).toBe(401)
  })

  it("refuses addresses that others reach without a token, and short tokens", () => {
    expect(() => serveAt("0.0.0.0")).toThrow(/^Cannot listen on 0\.0\.0\.0 without a token/)
    expect(() => serveAt("127.0.0.1", "short")).toThrow(/^Cannot use the token: it has 5 characters/)
  })
  const serveAt = (host: string, token?: string) => new StreamServer({ host, ...token === undefined ? {} : { token } })

  it("no more clients and filters than there may be", async () => {
    const served = await serve({ limits: { clients: 2, filters: 1 } })
    begin(served)
    const one = dial(served.server, "?sport=NBA")
    await one.arrivals.until(has(150))
    expect(await ask(served.server, "/v1/stream?sport=MLB")).toEqual([
      503,
      "Cannot take another filter: 1 different ones are in use. Use one of them, or filter the records yourself",
    ])
    expect(await statusOf(dial(served.server, "?sport=NBA"))).toBe(101)
    expect(await statusOf(dial(served.server))).toBe(503)
  })

  it("speaks TLS with a certificate", async () => {
    const served = await serve({ tls: { cert, key } })
    begin(served)
    expect(served.server.url).toMatch(/^https:/)
    const socket = new WebSocket(`wss://localhost:${served.server.port}/v1/stream`, { ca: cert })
    onTestFinished(() => socket.terminate())
    const text = await new Promise((resolve) => socket.once("message", (data) => resolve(String(data))))
    expect(text).toContain('"control":"stream_started"')
  })

  it("answers what it does not know with what it has", async () => {
    const { server } = await serve()
    expect(await ask(server, "/v1/stream?emit=quotes")).toEqual([
      404,
      'Cannot serve the emit "quotes": this server has changes',
    ])
    expect(await ask(server, "/v1/book?sprot=NBA")).toEqual([400, 'Unknown parameter "sprot". Did you mean "sport"?'])
    expect((await ask(server, "/v2"))[0]).toBe(404)
  })
})
