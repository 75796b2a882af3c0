import { listOutbox, type OutboxEvent } from "@boltodds/outbox"
import * as Effect from "effect/Effect"
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { price, seqs } from "./fixtures/envelopes.ts"
import { all, crash, inFolder, open } from "./fixtures/open.ts"

const removals: Readonly<Record<string, (path: string, folder: string) => void>> = {
  "was deleted": (path) => rmSync(path),
  "was deleted with its log": (path) => ["", "-wal", "-shm"].forEach((end) => rmSync(`${path}${end}`)),
  "was moved away": (path) => renameSync(path, `${path}.old`),
  "was replaced by a copy": (path) => {
    copyFileSync(path, `${path}.copy`)
    renameSync(`${path}.copy`, path)
  },
  "was replaced by something else": (path) => {
    rmSync(path)
    writeFileSync(path, "something else")
  },
  "lost its folder": (_, folder) => rmSync(folder, { recursive: true }),
  "lost its folder to a file": (_, folder) => {
    rmSync(folder, { recursive: true })
    writeFileSync(folder, "")
  },
}

describe("an outbox that is open", () => {
  for (const [what, remove] of Object.entries(removals)) {
    it(`reports once that it ${what}, and delivers what it holds`, () =>
      inFolder((base) => {
        const folder = join(base, "outbox")
        mkdirSync(folder)
        const events: Array<OutboxEvent> = []
        const { path, store, close } = open(join(folder, "a.db"), { onEvent: (event) => events.push(event) })
        store.add([price(1, "a"), price(2, "b")], 0)
        expect(store.isIntact!()).toBe(true)
        remove(path, folder)
        expect(store.isIntact!()).toBe(false)
        expect(store.isIntact!()).toBe(false)
        expect(events.filter(({ _tag }) => _tag === "Gone")).toMatchObject([{ error: { fault: "gone", path } }])
        store.add([price(3, "a")], 0)
        const taken = store.take(all)
        expect(seqs(taken)).toEqual([1, 2, 3])
        store.settle(taken)
        expect(store.records).toBe(0)
        close()
      }))
  }

  it("keeps what only its log had where that is deleted", () =>
    inFolder((folder) => {
      const events: Array<OutboxEvent> = []
      const first = open(join(folder, "a.db"), { onEvent: (event) => events.push(event) })
      first.store.add([price(1, "a"), price(2, "b")], 0)
      rmSync(`${first.path}-wal`)
      expect(first.store.isIntact!()).toBe(true)
      first.store.add([price(3, "a")], 0)
      expect(first.store.isIntact!()).toBe(true)
      crash(first.path, join(folder, "b.db"))
      first.close()
      const second = open(join(folder, "b.db"))
      expect(seqs(second.store.take(all))).toEqual([1, 2, 3])
      second.close()
      expect(events.map(({ _tag }) => _tag)).toEqual(["LogGone"])
      expect(Effect.runSync(listOutbox(first.path)).waiting.records).toBe(3)
    }))
})
