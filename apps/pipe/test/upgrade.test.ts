/** Files and schemas of the first version, read by this one. See fixtures/upgrade/README.md. */
import { outbox, redrive } from "@boltodds/outbox"
import { type Book, emptyBook, fold, type StreamRecord } from "@boltodds/protocol"
import { makeLane } from "@boltodds/lane"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { constants, gunzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { jsonSchema } from "@boltodds/protocol/json-schema"
import { Ajv2020 } from "ajv/dist/2020.js"
import { recordsOf, runPipe } from "@boltodds/testing/PipeProcess"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { narrowings } from "./schemaGrowth.ts"

const path = (name: string): string => fileURLToPath(new URL(`fixtures/upgrade/${name}`, import.meta.url))
const gunzip = (name: string): Buffer => gunzipSync(readFileSync(path(name)))
const json = (text: string | Buffer) => JSON.parse(text.toString())

type AnyRecord = StreamRecord & Record<string, unknown>
const changes = recordsOf(gunzip("changes.ndjson.gz").toString()) as unknown as ReadonlyArray<AnyRecord>
const kindOf = (record: Readonly<Record<string, unknown>>): string => String(record["change"] ?? record["control"])

/** Numbers and the ends of groups move where a later version adds records in between. */
const withoutPlace = ({ seq: _, last: __, ...rest }: Readonly<Record<string, unknown>>) => rest

const plain = (book: Book) => ({
  games: [...book.games.values()].map((game) => ({ ...game, lines: [...game.lines.values()] })),
  staleSessions: [...book.staleSessions],
  staleBooks: [...book.staleBooks],
  lossy: book.lossy,
})

describe("files of the first version", { concurrent: true }, () => {
  it("its recording replays to the same records", async () => {
    const folder = new PipelineFolder(
      `source: { replay: { file: "${path("recording.ndjson.gz")}", speed: max } }`,
      "sinks: { out: { stdout: {}, emit: changes } }",
    )
    const { code, stdout } = await runPipe(["run", folder.file])
    expect(code).toBe(0)
    const kinds = new Set(changes.map(kindOf))
    const known = recordsOf(stdout).filter((record) => kinds.has(kindOf(record)))
    expect(known).toHaveLength(changes.length)
    expect(known.map(withoutPlace)).toMatchObject(changes.map(withoutPlace))
  })

  it("its changes fold to the same state", () => {
    const gap = changes.findIndex((record) => kindOf(record) === "gap_opened")
    const books = json(gunzip("books.json.gz"))
    expect(plain(fold(emptyBook, changes.slice(0, gap + 1)))).toMatchObject(books.gap_opened)
    expect(plain(fold(emptyBook, changes.slice(0, -1)))).toMatchObject(books.before_stop)
  })

  it("its outbox delivers what waits in the batches of then, and its dead letters can be redriven", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "boltodds-upgrade-")), "outbox.sqlite")
    writeFileSync(file, gunzip("outbox.sqlite.gz"))
    const deliver = () =>
      Effect.runPromise(Effect.scoped(Effect.gen(function* () {
        const batches: Array<{ readonly id: string; readonly seqs: ReadonlyArray<number> }> = []
        const { store, bounds, deadLetters } = yield* outbox<StreamRecord>({ path: file, run: "later" })
        const lane = yield* makeLane({
          guarantee: "at-least-once",
          write: ({ id, envelopes }) =>
            Effect.sync(() => void batches.push({ id, seqs: envelopes.map(({ text }) => json(text).seq) })),
        }, { name: "hook", run: "later", store, bounds, batch: { records: 20 } })
        yield* lane.drain(Duration.seconds(20))
        return { batches, dead: deadLetters() }
      })))
    const expected = json(readFileSync(path("batches.json")))
    const first = await deliver()
    expect(first).toEqual({ batches: expected.waiting, dead: 16 })
    expect(await Effect.runPromise(redrive(file, { all: true }, { includeSuperseded: true }))).toEqual({
      redriven: 16,
      skippedSuperseded: 0,
      missing: 0,
    })
    expect(await deliver()).toEqual({ batches: expected.redriven, dead: 0 })
  })

  it("its files, left in the middle by kill -9, are repaired and ended, and new ones stand beside them", async () => {
    const folder = new PipelineFolder(
      `source: { replay: { file: "${path("recording.ndjson.gz")}", speed: max } }`,
      "sinks:",
      '  out: { file: { path: "{sportsbook}.ndjson.gz", compress: gzip, rotate: { every: 1h } }, emit: changes }',
    )
    const torn = ["caesars", "draftkings"].map((name) => `${name}.ndjson.gz`)
    mkdirSync(folder.path, { recursive: true })
    for (const name of torn) copyFileSync(path(`parts/${name}.part`), folder.at(`${name}.part`))
    expect((await runPipe(["run", folder.file])).code).toBe(0)
    for (const name of torn) {
      const before = readable(path(`parts/${name}.part`))
      expect(before.length).toBeGreaterThan(10)
      // Strictly: it was ended as a file is.
      expect(gunzipSync(readFileSync(folder.at(name))).toString().trimEnd().split("\n")).toEqual(before)
      expect(folder.has(`${name}.part`)).toBe(false)
      expect(readable(folder.at(name.replace(".ndjson", ".1.ndjson"))).length).toBeGreaterThan(before.length)
    }
  })
})

describe("the schemas of records", () => {
  for (const name of ["messages", "changes"] as const) {
    const old = json(readFileSync(path(`schemas/${name}.json`)))

    it(`${name}: grow only by addition`, () => {
      expect(narrowings(old, jsonSchema(name) as never)).toEqual([])
    })
  }

  it("accept every record that the first version wrote", () => {
    const accepts = new Ajv2020({ allErrors: true }).compile(jsonSchema("changes"))
    for (const record of changes) expect(accepts(record) ? "" : [record, accepts.errors]).toBe("")
  })

  it("narrowing is found: a property that went, that became required, or that says less", () => {
    const text = json(readFileSync(path("schemas/changes.json")))
    const broken = (change: (schema: ReturnType<typeof JSON.parse>) => void): ReadonlyArray<string> => {
      const copy = structuredClone(text)
      change(copy)
      return narrowings(text, copy)
    }
    expect(broken(() => {})).toEqual([])
    expect(broken(({ $defs }) => delete $defs["LineChange"].properties.link)).toEqual(["LineChange.link: is gone"])
    expect(broken(({ $defs }) => $defs["LineChange"].required.push("late"))).toEqual([
      "LineChange.late: became required",
    ])
    expect(broken(({ $defs }) => $defs["LineChange"].required.pop())).toEqual([
      "LineChange.previous_line: is no longer always there",
    ])
    expect(broken(({ $defs }) => $defs["LineChange"].properties.side.anyOf.pop())).not.toEqual([])
    expect(broken(({ $defs }) => $defs["LineChange"].properties.seq.minimum = 0)).toEqual([
      "LineChange.seq: minimum is another",
    ])
    expect(broken(({ $defs }) => $defs["Control"].anyOf.shift())).toEqual(["Control: stream_started is gone"])
    expect(broken(({ $defs }) => $defs["Control"].anyOf[6].properties.reason.enum.shift())).toEqual([
      "Control stale.reason: can no longer be silent",
    ])
    // What a reader meets anew takes nothing away.
    expect(broken(({ $defs }) => {
      $defs["LineChange"].properties.more = { type: "string" }
      $defs["Control"].anyOf[6].properties.reason.enum.push("new")
      $defs["Control"].anyOf.push({ type: "object", properties: { control: { enum: ["new"] } }, required: ["control"] })
    })).toEqual([])
  })
})

/** The whole lines of a compressed file, however it ends. */
const readable = (file: string): ReadonlyArray<string> =>
  gunzipSync(readFileSync(file), { finishFlush: constants.Z_SYNC_FLUSH }).toString().split("\n").slice(0, -1)
