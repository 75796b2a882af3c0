import { listOutbox, OutboxError, redrive } from "@boltodds/outbox"
import * as Effect from "effect/Effect"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, it } from "vitest"
import { applicationId, migrations } from "../src/internal/schema.ts"
import { price, seqs } from "./fixtures/envelopes.ts"
import { all, inFolder, open, thrown } from "./fixtures/open.ts"

/** Runs SQL on a file. */
const sql = (path: string, text: string): void => {
  const db = new DatabaseSync(path)
  db.exec(text)
  db.close()
}

const versionOf = (path: string): unknown => {
  const db = new DatabaseSync(path, { readOnly: true })
  const version = db.prepare("PRAGMA user_version").get()?.["user_version"]
  db.close()
  return version
}

/** Opening is refused with this fault, and the file stays as it was. */
const expectRefused = (path: string, fault: string, says: RegExp): void => {
  const before = readFileSync(path)
  const error = thrown(() => open(path))
  expect(error).toBeInstanceOf(OutboxError)
  expect(error).toMatchObject({ _tag: "OutboxError", fault, message: expect.stringMatching(says) })
  expect(readFileSync(path).equals(before)).toBe(true)
}

describe("the file of an outbox", () => {
  it("of an older version is upgraded with all it holds, by its lane or by a command", () =>
    inFolder((folder) => {
      const old = (name: string): string => {
        const path = join(folder, name)
        sql(
          path,
          `${migrations[0]}; PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1;
           INSERT INTO runs VALUES (1, 'old');
           INSERT INTO entries (id, grp, run, seq, at, session, epoch, control, last, arrived_at, size, key, text)
           VALUES (1, 1, 1, 5, 1.5, 's', 1, 0, 1, 10, 8, 'a', '{"n":1}'), (2, 2, 1, 6, 1.5, 's', 1, 0, 1, 10, 8, 'b', '{"n":2}');
           INSERT INTO taken VALUES (1, 1, 0, 0, 1)`,
        )
        return path
      }
      const path = old("a.db")
      expect(Effect.runSync(Effect.flip(listOutbox(path)))).toMatchObject({ fault: "older" })
      expect(versionOf(path)).toBe(1)
      const { store, close } = open(path)
      expect(seqs(store.take(all))).toEqual([5])
      const rest = store.take(all)
      expect(rest.map(({ run, text }) => [run, text])).toEqual([["old", '{"n":2}']])
      store.deadLetter!(rest, "no", 0)
      close()
      expect(versionOf(path)).toBe(migrations.length)
      expect(Effect.runSync(listOutbox(path)).letters).toMatchObject([
        { seq: 6, part: 0, origin: undefined, run: "old", term: 0, reason: "no" },
      ])

      const other = old("b.db")
      Effect.runSync(redrive(other, { all: true }))
      expect(Effect.runSync(listOutbox(other))).toMatchObject({ waiting: { records: 1 }, taken: { records: 1 } })
    }))

  it("of a newer version is refused, and left as it is", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      open(path).close()
      sql(path, `PRAGMA user_version = ${migrations.length + 1}`)
      expectRefused(path, "newer", /a newer version wrote it \(format 5, this one knows 4\); upgrade this program/)
      expect(Effect.runSync(Effect.flip(listOutbox(path)))).toMatchObject({ fault: "newer" })
    }))

  it("is refused where it is the database of another program, or no database, and left as it is", () =>
    inFolder((folder) => {
      const foreign = join(folder, "foreign.db")
      sql(foreign, "CREATE TABLE precious (a); INSERT INTO precious VALUES (1)")
      expectRefused(foreign, "foreign", /it is the database of another program; give another path/)
      const text = join(folder, "notes.txt")
      writeFileSync(text, "These are my notes.\n".repeat(500))
      expectRefused(text, "foreign", /it is no SQLite database; give another path/)
    }))

  it("is refused where it is damaged, with what to do", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const { store, close } = open(path)
      store.add(Array.from({ length: 200 }, (_, n) => price(n + 1, `${n}`, true, "x".repeat(300))), 0)
      close()
      const bytes = readFileSync(path)
      for (let at = 2 * 4096; at < bytes.length; at++) bytes[at] = 0xa5
      writeFileSync(path, bytes)
      expectRefused(path, "corrupt", /the file is damaged; move it away/)
    }))

  it("is made with its folder, and refused with the reason where that cannot be", () =>
    inFolder((folder) => {
      const path = join(folder, "deep", "er", "a.db")
      open(path).close()
      expect(Effect.runSync(listOutbox(path))).toMatchObject({ path, running: false, waiting: { records: 0 } })
      writeFileSync(join(folder, "file"), "")
      expect(thrown(() => open(join(folder, "file", "a.db")))).toMatchObject({ _tag: "OutboxError", fault: "failed" })
      mkdirSync(join(folder, "folder.db"))
      expect(thrown(() => open(join(folder, "folder.db")))).toMatchObject({ _tag: "OutboxError", fault: "exposed" })
      const missing = join(folder, "none.db")
      expect(Effect.runSync(Effect.flip(listOutbox(missing)))).toMatchObject({ fault: "missing" })
      expect(Effect.runSync(Effect.flip(redrive(missing, { all: true })))).toMatchObject({ fault: "missing" })
    }))
})
