import { describe, expect, it } from "@effect/vitest"
import { outbox } from "@boltodds/outbox"
import { type Envelope, makeRecord } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const form = { encode: (n: number) => `{"n":${n}}` }
const one = (n: number): Envelope<number> => makeRecord({ seq: n, at: n, session: "s", epoch: 1, last: true }, n, form)
const all = { records: 10, bytes: 1e9 }

/** Opens the file, does something to its store, and closes it; gives how it was found. */
const opened = (
  path: string,
  run: string,
  body: (store: StoreOf) => void = () => {},
): Effect.Effect<boolean, unknown> =>
  Effect.scoped(Effect.map(outbox<number>({ path, run, now: () => 5_000 }), ({ store }) => {
    const { isLossy } = store
    body(store)
    return isLossy === true
  }))
type StoreOf = Effect.Success<ReturnType<typeof outbox<number>>>["store"]

const losses: Record<string, (store: StoreOf) => void> = {
  "dead letters": (store) => store.deadLetter!(store.take(all), "400", 5_000),
  "what was shed": (store) => void store.dropUntil({ records: 0, bytes: 0 }),
  "what expired": (store) => void store.expire(10_000),
  "what was given up": (store) => void store.clear(),
  "what a lane says is lost": (store) => store.markLossy!(true),
}

describe("an outbox", () => {
  for (const [what, lose] of Object.entries(losses)) {
    it.effect(`remembers ${what} until a resnapshot has arrived`, () =>
      Effect.gen(function* () {
        const folder = mkdtempSync(join(tmpdir(), "boltodds-lossy-"))
        const path = join(folder, "o.sqlite")
        expect(yield* opened(path, "A", (store) => store.add([one(1), one(2)], 1_000))).toBe(false)
        expect(yield* opened(path, "B", lose)).toBe(false)
        expect(yield* opened(path, "C")).toBe(true)
        expect(yield* opened(path, "D", (store) => store.markLossy!(false))).toBe(true)
        expect(yield* opened(path, "E")).toBe(false)
        rmSync(folder, { recursive: true })
      }))
  }

  it.effect("has lost nothing by what it delivered", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "boltodds-lossy-"))
      const path = join(folder, "o.sqlite")
      yield* opened(path, "A", (store) => {
        store.add([one(1)], 1_000)
        store.settle(store.take(all))
      })
      expect(yield* opened(path, "B")).toBe(false)
      rmSync(folder, { recursive: true })
    }))
})
