import { outbox, OutboxError, type OutboxEvent } from "@boltodds/outbox"
import * as Effect from "effect/Effect"
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { price } from "./fixtures/envelopes.ts"
import { inFolder, open, thrown } from "./fixtures/open.ts"

const isRoot = process.getuid?.() === 0
const modeOf = (path: string): number => statSync(path).mode & 0o777
const ends = ["", ".lock", "-wal", "-shm"]

describe("the files of an outbox", () => {
  it("are for their owner alone, in a folder that is", () =>
    inFolder((folder) => {
      const path = join(folder, "deep", "box", "a.db")
      const { store, close } = open(path)
      store.add([price(1, "a")], 0)
      expect(ends.map((end) => modeOf(path + end))).toEqual([0o600, 0o600, 0o600, 0o600])
      expect(modeOf(join(folder, "deep", "box"))).toBe(0o700)
      close()
    }))

  it("become so where an earlier version left them for everybody to read", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const first = open(path)
      first.store.add([price(1, "a")], 0)
      first.close()
      for (const end of ["", ".lock"]) chmodSync(path + end, 0o644)
      const second = open(path)
      expect(second.store.restored).toBe(1)
      expect(ends.map((end) => modeOf(path + end))).toEqual([0o600, 0o600, 0o600, 0o600])
      second.close()
    }))

  it("are refused, and not touched, where others can write to them or in their folder", () =>
    inFolder((folder) => {
      const path = join(folder, "box", "a.db")
      open(path).close()
      const before = readFileSync(path)
      chmodSync(join(folder, "box"), 0o777)
      const error = thrown(() => open(path))
      expect(error).toBeInstanceOf(OutboxError)
      expect(error).toMatchObject({
        fault: "exposed",
        path,
        message:
          `Cannot use the outbox ${path}: its folder ${folder}/box: others can write in it (mode 0777); run: chmod 700 ${folder}/box`,
      })
      chmodSync(join(folder, "box"), 0o700)
      for (const end of ["", ".lock"]) {
        chmodSync(path + end, 0o666)
        expect(thrown(() => open(path))).toMatchObject({
          fault: "exposed",
          message: expect.stringContaining("chmod 600"),
        })
        chmodSync(path + end, 0o600)
      }
      expect(readFileSync(path)).toEqual(before)
      open(path).close()
    }))

  it("are refused where one of them is a link or no file", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      writeFileSync(join(folder, "other"), "")
      symlinkSync(join(folder, "other"), `${path}.lock`)
      expect(thrown(() => open(path))).toMatchObject({
        fault: "exposed",
        message: expect.stringContaining("a.db.lock: it is a symbolic link"),
      })
      mkdirSync(join(folder, "b.db-wal"))
      expect(thrown(() => open(join(folder, "b.db")))).toMatchObject({
        fault: "exposed",
        message: expect.stringContaining("b.db-wal: it is no regular file"),
      })
    }))

  it("may be reached by a link of one's own, also before they are made", () =>
    inFolder((folder) => {
      mkdirSync(join(folder, "disk"))
      symlinkSync(join(folder, "disk", "real.db"), join(folder, "a.db"))
      open(join(folder, "a.db")).close()
      expect(modeOf(join(folder, "disk", "real.db"))).toBe(0o600)
    }))

  it.runIf(isRoot)("are refused where another user owns one of them", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      for (const end of ["", ".lock", "-wal"]) {
        writeFileSync(path + end, "")
        chownSync(path + end, 4242, 4242)
        expect(thrown(() => open(path))).toMatchObject({
          fault: "exposed",
          message: expect.stringContaining(`${path}${end}: it belongs to another user (uid 4242, not 0)`),
        })
        chownSync(path + end, 0, 0)
      }
    }))

  it.runIf(isRoot)("are used where a group can write in their folder, which is reported", () =>
    inFolder((folder) => {
      chownSync(folder, 0, 4321)
      chmodSync(folder, 0o2775)
      const events: Array<OutboxEvent> = []
      Effect.runSync(
        Effect.scoped(outbox({ path: join(folder, "a.db"), run: "R", onEvent: (event) => events.push(event) })),
      )
      expect(events).toMatchObject([{
        _tag: "Exposed",
        error: { message: expect.stringContaining("the group 4321 can write in it (mode 2775)") },
      }])
    }))
})
