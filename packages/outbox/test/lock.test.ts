import { listOutbox, OutboxError, redrive } from "@boltodds/outbox"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { symlinkSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { describe, expect, it, onTestFinished } from "vitest"
import { price } from "./fixtures/envelopes.ts"
import { inFolder, open, thrown } from "./fixtures/open.ts"

const hold = fileURLToPath(new URL("fixtures/hold.ts", import.meta.url))

describe("the lock of an outbox", () => {
  it("refuses a second process at once, names the first, lets it list, and is gone when that is killed", () =>
    inFolder(async (folder) => {
      const path = join(folder, "a.db")
      const child = spawn(process.execPath, ["--expose-gc", "--conditions=@boltodds/source", hold, path], {
        stdio: ["ignore", "pipe", "inherit"],
      })
      onTestFinished(() => void child.kill("SIGKILL"))
      const closed = once(child, "close")
      await once(child.stdout, "data")

      const error = thrown(() => open(path))
      expect(error).toBeInstanceOf(OutboxError)
      expect(error).toMatchObject({ fault: "locked", path })
      expect((error as OutboxError).message).toBe(
        `Cannot open the outbox ${path}: process ${child.pid} has it open; stop that first, or give each lane a path of its own`,
      )
      expect(Effect.runSync(Effect.flip(redrive(path, { all: true })))).toMatchObject({ fault: "locked" })
      expect(Effect.runSync(listOutbox(path))).toMatchObject({
        running: true,
        pid: child.pid,
        waiting: { records: 1 },
        taken: { records: 1 },
      })

      child.kill("SIGKILL")
      await closed
      expect(Effect.runSync(listOutbox(path))).toMatchObject({ running: false, pid: undefined, taken: { records: 1 } })
      const { store, close } = open(path)
      expect(store.restored).toBe(2)
      close()
    }))

  it("names nobody where the process that opened it last has ended, and another holds the lock", () =>
    inFolder(async (folder) => {
      const path = join(folder, "a.db")
      const child = spawn(process.execPath, ["--expose-gc", "--conditions=@boltodds/source", hold, path], {
        stdio: ["ignore", "pipe", "inherit"],
      })
      onTestFinished(() => void child.kill("SIGKILL"))
      const closed = once(child, "close")
      await once(child.stdout, "data")
      child.kill("SIGKILL")
      await closed
      const holder = new DatabaseSync(`${path}.lock`)
      holder.exec("BEGIN EXCLUSIVE")
      expect(thrown(() => open(path))).toMatchObject({
        fault: "locked",
        message:
          `Cannot open the outbox ${path}: another process has it open; stop that first, or give each lane a path of its own`,
      })
      expect(Effect.runSync(listOutbox(path))).toMatchObject({ running: true, pid: undefined })
      holder.close()
      open(path).close()
    }))

  it("refuses this process too, under whatever name, and lets go when it is closed", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const first = open(path)
      symlinkSync(path, join(folder, "b.db"))
      for (const name of ["a.db", "b.db"]) {
        expect(thrown(() => open(join(folder, name)))).toMatchObject({
          fault: "locked",
          message: expect.stringContaining("this process has it open"),
        })
      }
      first.store.add([price(1, "a")], 0)
      first.close()
      const second = open(join(folder, "b.db"))
      expect(second.store.restored).toBe(1)
      second.close()
    }))
})
