import { startLocalServer } from "@boltodds/testing/LocalServer"
import { patience } from "@boltodds/testing/patience"
import { PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"
import { Receiver } from "@boltodds/testing/Receiver"
import { changes, route, run } from "@boltodds/pipeline"
import { type Change, type FeedEvent, makeFrame } from "@boltodds/protocol"
import { sinkFromPromise } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { type LeastMove, moved } from "../src/commands/alert/moved.ts"

const game = "Yankees vs Mets, 2026-07-16, 1e1f1b8dc2ec"
const outcome = (target: string, odds: string | null) => ({
  [`${target} Moneyline`]: {
    odds,
    link: "https://sportsbook.example/bet/1",
    outcome_name: "Moneyline",
    outcome_target: target,
  },
})
const message = (action: string, ...odds: ReadonlyArray<readonly [target: string, odds: string | null]>): string =>
  JSON.stringify({
    action,
    data: {
      sport: "MLB",
      sportsbook: "fanduel",
      game,
      home_team: "Yankees",
      away_team: "Mets",
      info: { when: "2026-07-16, 07:05 PM" },
      outcomes: Object.assign({}, ...odds.map(([target, price]) => outcome(target, price))),
    },
  })

/** The moves of a feed's life, each as from → to. */
const movesOf = async (least: LeastMove, ...events: ReadonlyArray<FeedEvent>): Promise<ReadonlyArray<string>> => {
  const found: Array<string> = []
  const sink = Effect.succeed(sinkFromPromise<Change>({
    write: async ({ envelopes }) => {
      for (const envelope of envelopes) {
        if (envelope._tag !== "Record") continue
        const change = envelope.value
        if ("outcome" in change) {
          found.push(`${change.change} ${change.target}: ${change.previous_odds} to ${change.odds}`)
        }
      }
    },
  }))
  const routes = [route({ name: "alert", emit: changes(), processor: () => moved(least), sink })]
  await Effect.runPromise(run({ name: "feed", events: Stream.fromIterable(events) }, routes, {
    state: { run: "01J00000000000000000000000" },
  }))
  return found
}

const connected = (epoch: number): FeedEvent => ({
  _tag: "Connected",
  session: "feed",
  epoch,
  at: epoch * 1000,
  plan: undefined,
})
const frame = (epoch: number, text: string): FeedEvent => makeFrame("feed", epoch, epoch * 1000, text)
const lost = (epoch: number): FeedEvent => ({
  _tag: "Disconnected",
  session: "feed",
  epoch,
  at: epoch * 1000,
  reason: { kind: "network" },
})

describe("the moves that are worth a message", () => {
  it("count from the price that was posted last, or the first one; small ones add up", async () => {
    const frames = ["-105", "+105", "+108", "+115", "+114"].map((odds) =>
      frame(1, message("line_update", ["Yankees", odds]))
    )
    expect(
      await movesOf({ cents: 10 }, connected(1), frame(1, message("initial_state", ["Yankees", "-105"])), ...frames),
    )
      .toEqual(["line_moved Yankees: -105 to 105", "line_moved Yankees: 105 to 115"])
  })

  it("in implied probability", async () => {
    const events = [
      connected(1),
      frame(1, message("initial_state", ["Mets", "+400"])),
      frame(1, message("line_update", ["Mets", "+380"])),
    ]
    expect(await movesOf({ probability: 0.01 }, ...events)).toEqual([])
    expect(await movesOf({ probability: 0.008 }, ...events)).toEqual(["line_moved Mets: 400 to 380"])
  })

  it("do not happen at a start, after a gap, while suspended, and of lines that open and close", async () => {
    expect(
      await movesOf(
        { cents: 10 },
        connected(1),
        frame(1, message("initial_state", ["Yankees", "-110"])),
        frame(1, message("line_update", ["Yankees", null])),
        lost(1),
        connected(2),
        // 40 cents: when it moved is not known.
        frame(2, message("initial_state", ["Yankees", "-150"], ["Mets", "+130"])),
        frame(2, message("line_update", ["Yankees", "-155"])),
        frame(2, message("game_removed")),
        frame(2, message("initial_state", ["Yankees", "-300"])),
      ),
    ).toEqual([])
  })

  it("are those of a price that comes back from a suspension elsewhere, and of a line that a gap has not changed", async () => {
    expect(
      await movesOf(
        { cents: 10 },
        connected(1),
        frame(1, message("initial_state", ["Yankees", "-110"])),
        frame(1, message("line_update", ["Yankees", null])),
        frame(1, message("line_update", ["Yankees", "-130"])),
        lost(1),
        connected(2),
        frame(2, message("initial_state", ["Yankees", "-130"])),
        frame(2, message("line_update", ["Yankees", "-145"])),
      ),
    ).toEqual(["line_moved Yankees: -110 to -130", "line_moved Yankees: -130 to -145"])
  })
})

describe("boltodds-pipe alert", () => {
  it("posts one message for a move of a market, with date and link; nothing at the start, nor after a reconnect", async () => {
    const receiver = new Receiver((_, response) => void response.writeHead(204).end())
    await receiver.up()
    let send: (text: string) => void = () => {}
    let cut: () => void = () => {}
    let connections = 0
    const server = await startLocalServer({
      connection: (socket) => {
        connections += 1
        const price = connections === 1 ? "-110" : "-150"
        send = (text) => socket.send(text)
        cut = () => socket.terminate()
        socket.send('{"action":"socket_connected","plan":"Pro"}')
        socket.once("message", () => socket.send(message("initial_state", ["Yankees", price], ["Mets", "-110"])))
      },
      request: (_, response) => response.end('{"sports":["MLB"],"sportsbooks":["fanduel"]}'),
    })
    const alert = new PipeProcess([
      "alert",
      "--url",
      server.url,
      "--key",
      "any-key-of-a-test",
      "--every",
      "200ms",
      "--discord",
      receiver.url,
      "--log-level",
      "debug",
    ])
    // The snapshot is passed on with the next tick, a second later at most; a move before that would be merged with it.
    const said = async (count: number): Promise<void> => {
      await alert.until(({ stderr }) => stderr.split("receiving from").length > count)
      await sleep(2_000 * patience())
    }
    await said(1)
    send(message("line_update", ["Yankees", "-125"]))
    send(message("line_update", ["Mets", "+105"]))
    await receiver.came(1)
    cut()
    await said(2)
    send(message("line_update", ["Yankees", "-170"]))
    await receiver.came(2)
    const texts = receiver.requests.map(({ body }) => (JSON.parse(body) as { readonly content: string }).content)
    expect(texts[0]).toMatch(
      /^MLB · fanduel · Mets @ Yankees · Jul 16 19:05 ET — Moneyline .*Yankees.*-110.*-125.*Mets.*-110.*\+105.*<https:\/\/sportsbook\.example\/bet\/1>$/,
    )
    expect(texts[0]!.split("\n")).toHaveLength(1)
    expect(texts[1]).toMatch(/Yankees.*-150.*-170/)
    expect(texts).toHaveLength(2)
    const { code } = await alert.stop()
    expect(code).toBe(0)
    expect(receiver.requests).toHaveLength(2)
    await server.stop()
    await receiver.down()
  })

  it("needs a channel, and a move that it can read", async () => {
    expect(await runPipe(["alert"])).toMatchObject({ code: 64, stderr: expect.stringContaining("write --discord URL") })
    expect(await runPipe(["alert", "--moved", "ten", "--slack", "env:X"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("Cannot use --moved: expected a move such as 10c or 2%"),
    })
    expect(await runPipe(["alert", "--slack", "env:NOT_SET"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("Cannot use --slack env:NOT_SET: the variable is not set, or empty"),
    })
  })
})
