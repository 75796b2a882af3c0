/** The command as a Model Context Protocol server, asked by the protocol's own client. */
import { Client } from "@modelcontextprotocol/client"
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio"
import { type Simulator, startSimulator } from "@boltodds/simulator"
import { cleanEnv, command, PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"
import { describe, expect, it, onTestFinished } from "vitest"
import type { PriceRow } from "../src/commands/mcp/prices.ts"

const key = "sk-assistant-1234abcd"

interface Answer {
  readonly feed: string
  readonly found: number
  readonly left_off?: number
  readonly rows: ReadonlyArray<PriceRow & Readonly<Record<string, unknown>>>
}

const simulator = async (): Promise<Simulator> => {
  const server = await startSimulator({ key, rate: 100, world: { games: 3 } })
  onTestFinished(() => server.stop())
  return server
}

const serve = async ({ url }: Simulator, ...flags: ReadonlyArray<string>) => {
  const env = { BOLTODDS_URL: url, BOLTODDS_API_KEY: key }
  const pipe = new PipeProcess(["serve", "--listen", "0", ...flags], { env })
  onTestFinished(async () => void await pipe.stop("SIGKILL"))
  const address = /http:\/\/127\.0\.0\.1:\d+/
  await pipe.until(({ stderr }) => stderr.includes("receiving from") && address.test(stderr))
  return { pipe, at: address.exec(pipe.stderr)![0] }
}

const assistant = async (at: string, env: Readonly<Record<string, string>> = {}): Promise<Client> => {
  const client = new Client({ name: "test", version: "1" })
  const [program, ...words] = command
  await client.connect(
    new StdioClientTransport({ command: program!, args: [...words, "mcp", at], env: cleanEnv(env), stderr: "ignore" }),
  )
  onTestFinished(() => client.close())
  return client
}

const ask = async (client: Client, name: string, given: Record<string, unknown> = {}): Promise<Answer> => {
  const { content, structuredContent, isError } = await client.callTool({ name, arguments: given })
  const [{ text }] = content as unknown as readonly [{ readonly text: string }]
  expect(isError ?? false, text).toBe(false)
  expect(JSON.parse(text)).toEqual(structuredContent)
  return structuredContent as unknown as Answer
}

const refusal = async (client: Client, name: string, given: Record<string, unknown> = {}): Promise<string> => {
  const { content, isError } = await client.callTool({ name, arguments: given })
  expect(isError).toBe(true)
  return (content as unknown as ReadonlyArray<{ readonly text: string }>)[0]!.text
}

const until = async <A>(get: () => Promise<A>, holds: (value: A) => boolean): Promise<A> => {
  for (;;) {
    const value = await get()
    if (holds(value)) return value
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The prices of all games, game by game: an answer has at most 500. */
const everything = async (client: Client): Promise<Answer> => {
  const games = await ask(client, "list_games")
  const answers: Array<Answer> = []
  for (const { game } of games.rows) answers.push(await ask(client, "get_prices", { game, limit: 500 }))
  for (const { rows, found } of answers) expect(rows.length).toBe(found)
  return { ...games, rows: answers.flatMap(({ rows }) => rows) }
}

const pricesOf = (rows: Answer["rows"]): Record<string, string> =>
  Object.fromEntries(
    rows.filter(({ odds }) => odds !== null).map(({ sportsbook, game, outcome, odds }) => [
      `${sportsbook}|${game}|${outcome}`,
      odds! > 0 ? `+${odds}` : String(odds),
    ]),
  )

describe("mcp", () => {
  it("offers read-only tools whose arguments have schemas", async () => {
    const client = await assistant("http://127.0.0.1:9")
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([
      "feed_health",
      "list_games",
      "get_prices",
      "best_prices",
      "opportunities",
    ])
    for (const { annotations, description, inputSchema } of tools) {
      expect(annotations?.readOnlyHint).toBe(true)
      expect(description!.length).toBeGreaterThan(50)
      expect(inputSchema.type).toBe("object")
    }
    expect(await refusal(client, "get_prices")).toMatch(
      /Cannot read from http:\/\/127\.0\.0\.1:9: .*boltodds-pipe serve/,
    )
  })

  it("gives the prices of the feed, and none once the feed is gone", async () => {
    const feed = await simulator()
    const { at } = await serve(feed)
    feed.pause()
    await feed.drained()
    const client = await assistant(at)
    const all = await until(
      () => everything(client),
      ({ rows }) => Object.keys(pricesOf(rows)).length === Object.keys(feed.book()).length,
    )
    expect(pricesOf(all.rows)).toEqual(feed.book())
    const [row] = all.rows
    const some = await ask(client, "get_prices", { sportsbook: [row!.sportsbook], market: row!.market!.toLowerCase() })
    expect(some.rows.length).toBeGreaterThan(0)
    expect(new Set(some.rows.map(({ sportsbook }) => sportsbook))).toEqual(new Set([row!.sportsbook]))
    const two = await ask(client, "get_prices", { limit: 2 })
    expect([two.rows.length, two.left_off]).toEqual([2, all.rows.length - 2])
    const games = await ask(client, "list_games")
    expect(games.rows.reduce((sum, game) => sum + Number(game["live_prices"]), 0)).toBe(Object.keys(feed.book()).length)

    await feed.stop()
    const gone = await until(() => everything(client), ({ feed }) => feed === "gap")
    expect(gone.rows.length).toBe(all.rows.length)
    expect(pricesOf(gone.rows)).toEqual({})
    expect(new Set(gone.rows.map((line) => line["no_price"]))).toEqual(new Set(["unverified"]))
    expect((await ask(client, "list_games")).rows.every((game) => game["live_prices"] === 0)).toBe(true)
  })

  it("gives best prices and opportunities of a server that has them, and says how to have them", async () => {
    const feed = await simulator()
    const { at: plain } = await serve(feed)
    const { at } = await serve(feed, "--emit", "changes", "--emit", "best", "--emit", "opportunities")
    feed.pause()
    await feed.drained()
    const client = await assistant(at)
    const best = await until(() => ask(client, "best_prices", { limit: 500 }), ({ rows }) => rows.length > 0)
    const highest = Math.max(
      ...Object.entries(feed.book()).filter(([id]) => id.includes(String(best.rows[0]!["outcome"]))).map(([, odds]) =>
        Number(odds)
      ),
    )
    expect(Number(best.rows[0]!.odds)).toBeLessThanOrEqual(highest)
    await ask(client, "opportunities", { type: "arb" })
    expect(await refusal(await assistant(plain), "best_prices")).toMatch(/serve --emit changes --emit best/)
  })

  it("sends its token, and says that one is missing", async () => {
    const feed = await simulator()
    const token = "a-token-of-more-than-16"
    const { at } = await serve(feed, "--token", token)
    expect(await refusal(await assistant(at), "list_games")).toMatch(/needs a token/)
    const client = await assistant(at, { BOLTODDS_TOKEN: token })
    await until(() => ask(client, "list_games"), ({ rows }) => rows.length > 0)
  })

  it("refuses an address that it cannot read from", async () => {
    const { code, stderr } = await runPipe(["mcp", "ftp://example.com"])
    expect([code, stderr.split("\n")[0]]).toEqual([
      64,
      'boltodds-pipe: Cannot read from an address: expected an address such as http://127.0.0.1:7880; got "ftp://example.com"',
    ])
  })
})
