import { it } from "@effect/vitest"
import type { SinkError } from "@boltodds/sink"
import { file } from "@boltodds/sink-file"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect } from "vitest"
import { batch, contents, opened, record, tempFolder, tree } from "./fixtures/files.ts"

const fixture = fileURLToPath(new URL("fixtures/own.ts", import.meta.url))

/** Another process that writes there; it has written its line when this returns. */
const otherProcess = async (path: string) => {
  const args = ["--conditions=@boltodds/source", fixture, path]
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
  await once(child.stdout, "data")
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL")
    if (child.exitCode === null && child.signalCode === null) await once(child, "close")
  }
  return { pid: child.pid!, kill }
}

const other = (path: string) =>
  Effect.acquireRelease(Effect.promise(() => otherProcess(path)), (child) => Effect.promise(child.kill))

const refused = (path: string): Effect.Effect<SinkError> =>
  Effect.flip(Effect.scoped(file({ path }))).pipe(Effect.orDie)

describe("one path", () => {
  it.live("is refused to a second process, which touches nothing; and free again once the first was killed", () =>
    Effect.scoped(Effect.gen(function* () {
      const folder = tempFolder()
      const path = join(folder, "odds.ndjson")
      const { pid, kill } = yield* other(path)
      const error = yield* refused(path)
      expect(error.rest).toBe("disable")
      expect(error.message).toContain(`process ${pid}`)
      expect(error.message).toContain("give each its own path, or end the other")
      expect(contents(folder)).toEqual({ "odds.ndjson.part": [1] })
      yield* Effect.promise(kill)
      yield* Effect.scoped(opened({ path }))
      expect(contents(folder)).toEqual({ "odds.ndjson": [1] })
      expect(readdirSync(folder)).toEqual(["odds.ndjson"])
    })))

  it.live("is refused to a second sink of this process, until the first has closed", () =>
    Effect.gen(function* () {
      const path = join(tempFolder(), "{sport}.ndjson")
      yield* Effect.scoped(Effect.gen(function* () {
        yield* opened({ path })
        expect((yield* refused(path)).message).toContain("another sink of this process")
      }))
      yield* Effect.scoped(opened({ path }))
    }))

  it.live("has one owner of many that start together", () =>
    Effect.gen(function* () {
      const path = join(tempFolder(), "odds.ndjson")
      const exits = yield* Effect.scoped(
        Effect.all(Array.from({ length: 8 }, () => Effect.exit(file({ path }))), { concurrency: "unbounded" }),
      )
      expect(exits.filter(Exit.isSuccess).length).toBeLessThanOrEqual(1)
      yield* Effect.scoped(opened({ path }))
    }))

  it.live("is left alone where another template, in use, makes it too", () =>
    Effect.scoped(Effect.gen(function* () {
      const folder = tempFolder()
      yield* other(join(folder, "a", "odds.ndjson"))
      const { sink } = yield* opened({ path: join(folder, "{session}", "other.ndjson") })
      yield* sink.write(batch(record(1)))
      const error = yield* refused(join(folder, "{sport}", "odds.ndjson"))
      expect(error.message).toContain(join("a", "odds.ndjson.part"))
      expect(error.message).toContain("writes there")
      expect(contents(folder)).toEqual({ "a/odds.ndjson.part": [1], "main/other.ndjson.part": [1] })
    })))

  it.live("whose owner cannot be seen from here is taken over once its lock is not refreshed any more", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      const path = join(folder, "odds.ndjson")
      const lock = yield* Effect.scoped(Effect.gen(function* () {
        yield* opened({ path })
        const name = readdirSync(folder).find((name) => name.endsWith(".lock"))!
        const text = readFileSync(join(folder, name), "utf8")
        const elsewhere = {
          ...JSON.parse(text),
          namespace: "another boot",
          machine: "elsewhere",
          id: "1-a",
          lock: "0".repeat(16),
        }
        return { name: name.replace(/[0-9a-f]{16}/, "0".repeat(16)), text: JSON.stringify(elsewhere) }
      }))
      writeFileSync(join(folder, lock.name), lock.text)
      expect((yield* refused(path)).message).toContain("on elsewhere writes there")
      const before = new Date(Date.now() - 31_000)
      utimesSync(join(folder, lock.name), before, before)
      yield* Effect.scoped(opened({ path }))
      expect(tree(folder)).toEqual([])
      expect(readdirSync(folder)).toEqual([])
    }))
})
