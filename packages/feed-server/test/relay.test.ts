/** The server without a simulator: a book that a caller keeps, as a relay does. */
import { FeedBook, FeedServer, type FeedServerOptions, GameListing, ListenError } from "@boltodds/feed-server"
import type { FeedMessage, Filters } from "@boltodds/protocol"
import { describe, expect, it, onTestFinished } from "vitest"
import { WebSocket } from "ws"

interface Relay {
  readonly book: FeedBook
  readonly server: FeedServer
  readonly relay: (message: FeedMessage) => void
}

const relay = async (options: FeedServerOptions = {}): Promise<Relay> => {
  const book = new FeedBook()
  const server = new FeedServer({ pingMillis: 0, ...options }, {
    catalog: () => GameListing.of(book, [], []),
    subscribed: (client, subscription) => client.begin(subscription, book),
  })
  await server.open()
  onTestFinished(() => server.stop())
  return {
    book,
    server,
    relay: (message) => {
      book.apply(message)
      server.send([{ message, text: undefined }])
    },
  }
}

const timestamp = "2026-07-16T04:54:37.438002+00:00"

const update = (game: string, odds: string, sportsbook = "betmgm"): FeedMessage => ({
  timestamp,
  action: "line_update",
  data: {
    sport: "MLB",
    sportsbook,
    game,
    universal_game_id: null,
    home_team: "A",
    away_team: "B",
    info: {},
    outcomes: {
      "A Moneyline": {
        odds,
        link: "",
        outcome_name: "Moneyline",
        outcome_line: null,
        outcome_over_under: null,
        outcome_target: "A",
      },
    },
  },
})

/** A client; `received` resolves to the next so many messages, arrays taken apart. */
const connect = (
  { server }: Relay,
  key = "k",
): { readonly socket: WebSocket; readonly received: (count: number) => Promise<ReadonlyArray<FeedMessage>> } => {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/api?key=${key}`)
  onTestFinished(() => socket.terminate())
  const messages: Array<FeedMessage> = []
  let arrived = (): void => {}
  socket.on("message", (data) => {
    const value: FeedMessage | ReadonlyArray<FeedMessage> = JSON.parse(String(data))
    messages.push(...(Array.isArray(value) ? value : [value]))
    arrived()
  })
  return {
    socket,
    received: (count) =>
      new Promise((resolve) => {
        arrived = () => {
          if (messages.length >= count) resolve(messages.splice(0, count))
        }
        arrived()
      }),
  }
}

const subscribe = (socket: WebSocket, filters: Filters): void =>
  socket.send(JSON.stringify({ action: "subscribe", filters }))

describe("a relay", () => {
  it("sends the book as it stands at the subscribe, then what happens", async () => {
    const one = await relay()
    one.relay(update("g1", "+100"))
    one.relay(update("g1", "+105"))
    one.relay(update("g2", "-110"))
    const { socket, received } = connect(one)
    expect(await received(1)).toEqual([{ action: "socket_connected", plan: "Pro" }])
    subscribe(socket, {})
    const [reply, ...snapshot] = await received(3)
    expect(reply?.action).toBe("subscription_updated")
    expect(snapshot.map((message) => message.action)).toEqual(["initial_state", "initial_state"])
    one.relay(update("g1", "+120"))
    const after = await received(1)
    expect(after).toEqual([update("g1", "+120")])
    // The client's view is the relay's.
    const client = new FeedBook()
    for (const message of [...snapshot, ...after]) client.apply(message)
    expect(client.priced()).toEqual({ "betmgm|g1|A Moneyline": "+120", "betmgm|g2|A Moneyline": "-110" })
    expect(client.priced()).toEqual(one.book.priced())
  })

  it("sends each client the part that its filters ask for, and lists all names", async () => {
    const one = await relay()
    one.relay(update("g1", "+100"))
    const { socket, received } = connect(one)
    await received(1)
    subscribe(socket, { sportsbooks: ["fanduel"] })
    await received(1)
    one.relay(update("g1", "+101"))
    one.relay(update("g1", "+102", "fanduel"))
    expect(await received(1)).toEqual([update("g1", "+102", "fanduel")])
    const info = await fetch(`http://127.0.0.1:${one.server.port}/api/get_info?key=k`)
    expect(await info.json()).toEqual({ sports: ["MLB"], sportsbooks: ["betmgm", "fanduel"] })
  })

  it("refuses keys that it does not know, and counts every dial", async () => {
    const one = await relay({ key: ["ours", "theirs"] })
    const { socket } = connect(one, "wrong")
    const status = await new Promise((resolve) => {
      socket.on("unexpected-response", (_, response) => resolve(response.statusCode))
      socket.on("error", () => {})
    })
    expect(status).toBe(401)
    await connect(one, "theirs").received(1)
    expect(one.server.stats().dials.map((dial) => dial.status)).toEqual([401, 101])
    expect(one.server.key).toBe("ours")
  })

  const large = (odds: string): FeedMessage => {
    const message = update("g1", odds)
    return message.action === "line_update"
      ? { ...message, data: { ...message.data, info: { note: "x".repeat(20_000) } } }
      : message
  }

  /** Sends until a client has much unsent, however much the buffers of the system hold. Returns how many were sent. */
  const fill = async (one: Relay): Promise<number> => {
    let sent = 0
    while (one.server.clients.some(({ backlogBytes }) => backlogBytes < 1024 * 1024)) {
      one.relay(large(`+${101 + sent++ % 100}`))
      if (sent % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    return sent
  }

  it("sends a slow client each game as it is, once it has room", async () => {
    const one = await relay({ slowClient: "coalesce" })
    one.relay(update("g1", "+100"))
    const { socket, received } = connect(one)
    await received(1)
    subscribe(socket, {})
    await received(2)
    socket.pause()
    const sent = await fill(one)
    for (let odds = 300; odds < 400; odds++) one.relay(large(`+${odds}`))
    one.relay(update("g2", "-105"))
    socket.resume()
    const client = new FeedBook()
    let count = 0
    const isWhole = (): boolean => {
      const prices = client.priced()
      return prices["betmgm|g2|A Moneyline"] !== undefined && prices["betmgm|g1|A Moneyline"] === "+399"
    }
    while (!isWhole()) {
      for (const message of await received(1)) client.apply(message)
      count += 1
    }
    expect(client.priced()).toEqual(one.book.priced())
    expect(count).toBeLessThan(sent + 50)
    expect(one.server.stats().overflowed).toBe(0)
  })

  it("cuts a slow client that takes nothing", async () => {
    const one = await relay({ slowClient: "coalesce", pingMillis: 200 })
    one.relay(update("g1", "+100"))
    const { socket, received } = connect(one)
    await received(1)
    subscribe(socket, {})
    await received(2)
    socket.pause()
    await fill(one)
    await one.server.until(() => one.server.stats().open === 0)
    expect(one.server.stats().overflowed).toBe(1)
  })

  it("says why it cannot listen, and which option is not allowed", async () => {
    const { server: { port } } = await relay()
    const error = await relay({ port }).then(() => undefined, (cause: unknown) => cause)
    expect(error).toBeInstanceOf(ListenError)
    expect((error as ListenError).message).toBe(
      `Cannot listen on 127.0.0.1:${port}: the port is in use; choose another one, or 0 for any that is free`,
    )
    await expect(relay({ messagesPerFrame: 0 })).rejects.toThrow(
      new RangeError("Cannot use messagesPerFrame 0: expected a whole number from 1. Leave it out for 50"),
    )
  })
})
