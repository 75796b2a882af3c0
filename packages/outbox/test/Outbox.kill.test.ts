import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { describe, expect, it, onTestFinished } from "vitest"
import { listOutbox } from "@boltodds/outbox"
import * as Effect from "effect/Effect"
import { all, crash, inFolder, open } from "./fixtures/open.ts"

const worker = fileURLToPath(new URL("fixtures/worker.ts", import.meta.url))
/** How many processes are killed, one after another, on one file. */
const kills = Number(process.env["OUTBOX_KILLS"] ?? 3)

interface Said {
  readonly begin?: string
  readonly done?: string
  readonly restored?: number
  readonly added?: ReadonlyArray<readonly [name: string, text: string]>
  readonly batch?: ReadonlyArray<string>
  readonly names?: ReadonlyArray<string>
}

/** What must be in the file: texts by name, in order; the batches that were given; the dead letters. */
interface Certain {
  readonly held: Map<string, string>
  batches: Array<Array<string>>
  readonly dead: Set<string>
}

/** Everything a worker said until it was killed, which was somewhere after its `lines`th line. */
const killAfter = async (lines: number, ...args: ReadonlyArray<string>): Promise<ReadonlyArray<Said>> => {
  const child = spawn(process.execPath, ["--conditions=@boltodds/source", worker, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  const closed = once(child, "close")
  const said: Array<Said> = []
  for await (const line of createInterface({ input: child.stdout })) {
    // The last one may be cut off.
    if (line.endsWith("}")) said.push(JSON.parse(line))
    if (said.length === lines) child.kill("SIGKILL")
  }
  const [, signal] = await closed
  expect(signal).toBe("SIGKILL")
  return said
}

/** Enters a finished operation. */
const enter = (certain: Certain, begun: Said, done: Said): void => {
  for (const [name, text] of begun.added ?? []) certain.held.set(name, text)
  if (done.batch !== undefined && done.batch.length > 0) {
    const first = certain.batches.findIndex((batch) => batch.join() === done.batch!.join())
    if (first === -1) certain.batches.push([...done.batch])
  }
  for (const name of begun.names ?? []) {
    certain.held.delete(name)
    if (done.done === "deadLetter") certain.dead.add(name)
  }
  certain.batches = certain.batches.map((batch) => batch.filter((name) => certain.held.has(name)))
    .filter((batch) => batch.length > 0)
}

/** What is in the file, batch by batch, seen on a copy; the first `given` of the batches had been given before. */
const read = (path: string, copy: string) => {
  crash(path, copy)
  const { letters } = Effect.runSync(listOutbox(copy, { limit: 1e6 }))
  const db = new DatabaseSync(copy, { readOnly: true })
  const given = Number(db.prepare("SELECT count(DISTINCT batch) AS n FROM taken").get()?.["n"])
  db.close()
  const { store, close } = open(copy, { run: "reader" })
  const batches: Array<Array<string>> = []
  const held = new Map<string, string>()
  expect(store.waiting).toBe(store.restored)
  while (store.waiting > 0) {
    const batch = store.take(all)
    batches.push(batch.map(({ run, seq }) => `${run}.${seq}`))
    for (const { run, seq, text } of batch) held.set(`${run}.${seq}`, text)
  }
  expect(held.size).toBe(store.restored)
  close()
  return { given: batches.slice(0, given), held, dead: letters.map(({ run, seq }) => `${run}.${seq}`) }
}

describe("an outbox of a process that was killed", () => {
  it(
    `holds what was committed and not settled, in the same batches: ${kills} times`,
    { timeout: 3_000_000 },
    () =>
      inFolder(async (folder) => {
        const path = join(folder, "outbox.db")
        const certain: Certain = { held: new Map(), batches: [], dead: new Set() }
        for (let round = 0; round < kills; round++) {
          const said = await killAfter(2 + (round * 7_919) % 397, path, `r${round}`, `${round + 1}`)
          // What the round before left is what this one found.
          expect(said[0]).toEqual({ done: "open", restored: certain.held.size })
          const rest = said.slice(1)
          for (let index = 0; index + 1 < rest.length; index += 2) enter(certain, rest[index]!, rest[index + 1]!)
          const doubt = rest.length % 2 === 1 ? rest.at(-1)! : undefined
          const found = read(path, join(folder, `copy-${round}.db`))
          if (doubt !== undefined) {
            const applied = doubt.begin === "add"
              ? found.held.has(doubt.added![0]![0])
              : doubt.names !== undefined && !found.held.has(doubt.names[0]!)
            // All of it or nothing: what follows compares everything.
            if (applied) enter(certain, doubt, { done: doubt.begin! })
          }
          expect([...found.held.keys()].toSorted()).toEqual([...certain.held.keys()].toSorted())
          for (const [name, text] of certain.held) expect(found.held.get(name)).toBe(text)
          expect(found.dead.toSorted()).toEqual([...certain.dead].toSorted())
          expect(found.given.slice(0, certain.batches.length)).toEqual(certain.batches)
          // A take that may have been written may have made one more.
          const more = found.given.slice(certain.batches.length)
          expect(more.length).toBeLessThanOrEqual(doubt?.begin === "take" ? 1 : 0)
          certain.batches.push(...more)
        }
      }),
  )
})
