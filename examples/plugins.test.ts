import { loadPipeline, type SinkPlugin } from "@boltodds/config"
import { makeFrame, type Source } from "@boltodds/protocol"
import { run } from "@boltodds/pipeline"
import { laws } from "@boltodds/lane"
import { type Batch, type Envelope, type Sink, SinkError } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { once } from "node:events"
import { mkdtempSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import sqlite from "./plugins/sqlite-sink.ts"
import tcp from "./plugins/tcp-sink.ts"

const folderOf = (): string => mkdtempSync(join(tmpdir(), "boltodds-plugins-"))

type Opened = Effect.Effect<Sink<unknown>, SinkError, Scope.Scope>

/** A sink of a plug-in, opened with options as a configuration has them. It looks at no values, so it takes any. */
const open = <Options>(plugin: SinkPlugin<Options>, options: unknown, folder: string): Opened =>
  plugin.make(Schema.decodeUnknownSync(plugin.config)(options), {
    name: "mine",
    emit: "changes",
    run: "01J00000000000000000000000",
    folder,
    env: {},
    log: () => {},
    records: {},
  }) as Opened

const envelope = (seq: number, text = `{"change":"line_moved","odds":${seq}}`): Envelope<never> => ({
  _tag: "Record",
  seq,
  at: 0,
  session: "feed",
  epoch: 1,
  last: true,
  text,
  value: undefined as never,
})

const batch = (id: string, ...envelopes: ReadonlyArray<Envelope<never>>): Batch<never> => ({
  id,
  attempt: 1,
  envelopes,
})

const rowsOf = (file: string, query: string): ReadonlyArray<Record<string, unknown>> => {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return database.prepare(query).all()
  } finally {
    database.close()
  }
}

const write = (sink: Sink<never>, given: Batch<never>): Promise<SinkError | undefined> =>
  Effect.runPromise(Effect.match(sink.write(given), { onSuccess: () => undefined, onFailure: (error) => error }))

describe("the sink sqlite", () => {
  for (const { name, run } of laws) {
    it(`holds the law: ${name}`, async () => {
      const folder = folderOf()
      await run({
        sink: open(sqlite, { path: "odds.sqlite" }, folder),
        received: () =>
          rowsOf(join(folder, "odds.sqlite"), "SELECT record FROM changes ORDER BY rowid")
            .map(({ record }) => String(record)),
      })
    })
  }

  it("stores a batch that comes again once", async () => {
    const folder = folderOf()
    const program = Effect.gen(function* () {
      const sink = yield* open(sqlite, { path: "a/odds.sqlite", table: "moves" }, folder)
      for (let time = 0; time < 2; time++) yield* sink.write(batch("run.1-2.2", envelope(1), envelope(2)))
      yield* sink.write(batch("run.3-3.1", envelope(3)))
    })
    await Effect.runPromise(Effect.scoped(program))
    // Its process ends, and another delivers what it does not know to be delivered.
    await Effect.runPromise(Effect.scoped(program))
    expect(rowsOf(join(folder, "a/odds.sqlite"), "SELECT odds, change FROM moves ORDER BY rowid")).toEqual([
      { odds: 1, change: "line_moved" },
      { odds: 2, change: "line_moved" },
      { odds: 3, change: "line_moved" },
    ])
  })

  it("stores nothing of a batch that fails, and tries again while another process has the database", async () => {
    const folder = folderOf()
    const scope = Effect.runSync(Scope.make())
    const sink = await Effect.runPromise(Scope.provide(open(sqlite, { path: "odds.sqlite" }, folder), scope))
    const other = new DatabaseSync(join(folder, "odds.sqlite"))
    other.exec("BEGIN IMMEDIATE")
    expect(await write(sink, batch("a", envelope(1)))).toMatchObject({ rest: "retry", delivered: 0 })
    other.exec("ROLLBACK")
    other.close()
    expect(await write(sink, batch("b", envelope(1), { ...envelope(2), text: undefined as unknown as string })))
      .toBeInstanceOf(SinkError)
    expect(rowsOf(join(folder, "odds.sqlite"), "SELECT * FROM changes")).toEqual([])
    expect(await write(sink, batch("a", envelope(1)))).toBe(undefined)
    await Effect.runPromise(Scope.close(scope, Exit.void))
    expect(rowsOf(join(folder, "odds.sqlite"), "SELECT batch FROM changes")).toEqual([{ batch: "a" }])
  })

  it("is disabled by a file that is no database", async () => {
    const folder = folderOf()
    writeFileSync(join(folder, "notes.txt"), "these are notes, and no database\n".repeat(100))
    const error = await Effect.runPromise(Effect.scoped(Effect.flip(open(sqlite, { path: "notes.txt" }, folder))))
    expect(error).toMatchObject({ rest: "disable" })
    expect(error.message).toContain("file is not a database")
  })

  it("refuses an invalid name of a table", () => {
    expect(() => Schema.decodeUnknownSync(sqlite.config)({ path: "x", table: `a"; DROP TABLE a` })).toThrow(
      "the name of a table",
    )
  })
})

interface Collector {
  readonly server: Server
  readonly port: number
  readonly sockets: Array<Socket>
  /** All lines, once every connection has ended. */
  readonly lines: () => Promise<ReadonlyArray<string>>
}

const startCollector = async (): Promise<Collector> => {
  let text = ""
  const sockets: Array<Socket> = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.setEncoding("utf8").on("data", (chunk: string) => text += chunk).on("error", () => {})
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const lines = async () => {
    const closed = once(server, "close")
    server.close()
    await closed
    return text.split("\n").slice(0, -1)
  }
  return { server, port: (server.address() as AddressInfo).port, sockets, lines }
}

describe("the sink tcp", () => {
  for (const { name, run } of laws) {
    it(`holds the law: ${name}`, async () => {
      const collector = await startCollector()
      await run({ sink: open(tcp, { port: collector.port }, "/"), received: collector.lines })
    })
  }

  it("is tried again while nobody listens, and connects anew after a break", async () => {
    const { server, port, sockets, lines } = await startCollector()
    const nobody = await Effect.runPromise(
      Effect.scoped(
        Effect.flatMap(open(tcp, { port: 1 }, "/"), (sink) => Effect.flip(sink.write(batch("a", envelope(1))))),
      ),
    )
    expect(nobody).toMatchObject({ rest: "retry", delivered: 0 })
    const scope = Effect.runSync(Scope.make())
    const sink = await Effect.runPromise(Scope.provide(open(tcp, { port }, "/"), scope))
    const connected = once(server, "connection")
    expect(await write(sink, batch("a", envelope(1)))).toBe(undefined)
    await connected
    const [first] = sockets
    const broken = once(first!, "close")
    first!.end()
    await broken
    const again = once(server, "connection")
    while (await write(sink, batch("b", envelope(2))) !== undefined) { /* the lane would do the same */ }
    await again
    await Effect.runPromise(Scope.close(scope, Exit.void))
    expect(await lines()).toEqual([envelope(1).text, envelope(2).text])
  })
})

const start = Date.UTC(2026, 6, 16, 18)
const message = (action: string, when: string, odds: string) => ({
  timestamp: "2026-07-16T18:00:00.123456+00:00",
  action,
  data: {
    sport: "NBA",
    sportsbook: "draftkings",
    game: "A vs B, 2026-07-16, 01",
    home_team: "A",
    away_team: "B",
    info: { id: "1", when },
    outcomes: { "A Moneyline": { odds, outcome_name: "Moneyline", outcome_target: "A", link: "" } },
  },
})

describe("the processor only_live_games", () => {
  const told = async (before: string, ...messages: ReadonlyArray<readonly [seconds: number, message: unknown]>) => {
    const source: Source = {
      name: "test",
      events: Stream.fromIterable([
        { _tag: "Connected", session: "feed", epoch: 1, at: start, plan: "Pro" } as const,
        { _tag: "Subscribed", session: "feed", epoch: 1, at: start, filters: {} } as const,
        ...messages.map(([seconds, it]) => makeFrame("feed", 1, start + seconds * 1000, JSON.stringify(it))),
      ]),
    }
    const lines: Array<string> = []
    const text = `{ "version": 1, "plugins": ["./plugins/only-live-games.ts"], "source": "test",
      "sinks": { "list": { "list": {}, "emit": "changes", "processors": [{ "only_live_games": ${before} }] } } }`
    const program = Effect.gen(function* () {
      const pipeline = yield* loadPipeline(text, {
        file: fileURLToPath(new URL("test.json", import.meta.url)),
        registry: {
          sources: [{
            kind: "source",
            name: "test",
            config: Schema.Struct({}),
            make: () => Effect.succeed({ source }),
          }],
          processors: [],
          sinks: [{
            kind: "sink",
            name: "list",
            config: Schema.Struct({}),
            make: () =>
              Effect.succeed({
                guarantee: "at-most-once",
                write: ({ envelopes }) => Effect.sync(() => void lines.push(...envelopes.map(({ text }) => text))),
              }),
          }],
        },
      })
      const { source: opened, routes } = pipeline.open({ run: "01J00000000000000000000000", log: () => {} })
      yield* run((yield* opened).source, routes, { state: { run: "01J00000000000000000000000" } })
    })
    await Effect.runPromise(Effect.scoped(program))
    return lines.map((line) => JSON.parse(line)).filter((it) => "change" in it && "outcome" in it)
      .map(({ change, odds }) => [change, odds])
  }

  // 18:00:30 UTC, in the form of the feed: New York is at UTC-4.
  const soon = "2026-07-16, 02:00 PM"
  const later = "2026-07-16, 02:15 PM"

  it("emits a line from the start of its game on, and withdraws it when the game is put off", async () => {
    expect(
      await told(
        `{ "before": "30s" }`,
        [0, message("initial_state", later, "+100")],
        [14 * 60, message("line_update", later, "+105")],
        [14 * 60 + 40, message("line_update", later, "+110")],
        [14 * 60 + 50, message("game_update", "2026-07-16, 05:00 PM", "+115")],
      ),
    ).toEqual([["line_moved", 110], ["line_closed", null]])
  })

  it("emits nothing of a game before its start, and everything of one that has begun", async () => {
    expect(await told("{}", [0, message("initial_state", later, "+100")])).toEqual([])
    expect(await told("{}", [1, message("initial_state", soon, "+100")])).toEqual([["line_opened", 100]])
  })
})
