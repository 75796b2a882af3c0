/** What is in an outbox, for somebody who looks. */
import type { Millis } from "@boltodds/protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { statSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import { openToRead } from "./internal/database.ts"
import { outboxFaultOf } from "./internal/sqlite.ts"
import { holderOf, isLocked } from "./internal/lock.ts"
import type { OutboxError } from "./OutboxError.ts"

/** How many there are in one state, how large (as in `Limits`), and how long they have been there. */
export interface OutboxShare {
  readonly records: number
  readonly bytes: number
  /** Since the arrival of the first. Undefined where there is none. */
  readonly oldestAgeMillis: number | undefined
  readonly newestAgeMillis: number | undefined
}

/** A record that its destination will never take. */
export interface DeadLetter {
  /** What `redrive` and `dropDead` call it. */
  readonly id: number
  readonly run: string
  readonly seq: number
  /** With run, origin and seq the identity of the record. */
  readonly part: number
  readonly origin: string | undefined
  /** The opening of the outbox in which it arrived; 0 where a version wrote it that did not count. */
  readonly term: number
  readonly kind: "Record" | "Control"
  readonly session: string
  /** When it happened, by the session clock. */
  readonly at: Millis
  readonly arrivedAt: Millis
  readonly buriedAt: Millis
  readonly reason: string
  /** How often a lane took it for delivery, over all its processes and redrives. Its retries of one are not counted. */
  readonly times: number
  /** A newer record with the same key arrived since. */
  readonly superseded: boolean
  readonly bytes: number
  /** The first characters of its text. */
  readonly head: string
}

/** What is in an outbox. */
export interface OutboxListing {
  readonly path: string
  /** Of the database, its log included. */
  readonly fileBytes: number
  /** Whether a process has it open for writing, and which one, where that is known. */
  readonly running: boolean
  readonly pid: number | undefined
  readonly waiting: OutboxShare
  /** In the hands of a lane, or of one that was killed. */
  readonly taken: OutboxShare
  /** Ages are since the burial. */
  readonly dead: OutboxShare & { readonly superseded: number }
  /** One page of dead letters, by rising id. */
  readonly letters: ReadonlyArray<DeadLetter>
  /** `after` for the next page. Undefined where this was the last. */
  readonly next: number | undefined
}

/** Which page of dead letters to list. */
export interface ListOptions {
  /** After this id. Default 0: from the first. */
  readonly after?: number | undefined
  /** At most this many. Default 100. */
  readonly limit?: number | undefined
  /** Characters of each text. Default 200. */
  readonly headLength?: number | undefined
}

/**
 * Counts what is in an outbox, and lists dead letters. Reads only, also beside a running lane, which it does not stop.
 */
export const listOutbox = (path: string, options: ListOptions = {}): Effect.Effect<OutboxListing, OutboxError> =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (now) => Effect.try({ try: () => list(path, options, now), catch: (cause) => outboxFaultOf(path, "read", cause) }),
  )

const list = (given: string, options: ListOptions, now: Millis): OutboxListing => {
  const { db, path, close } = openToRead(given)
  try {
    const running = isLocked(path)
    // One transaction, so that all figures are of one moment.
    db.exec("BEGIN")
    const letters = lettersOf(db, options)
    return {
      path,
      fileBytes: sizeOf(path) + sizeOf(`${path}-wal`),
      running,
      pid: running ? holderOf(path) : undefined,
      waiting: shareOf(db, "arrived_at", "entries WHERE id NOT IN (SELECT id FROM taken)", now),
      taken: shareOf(db, "arrived_at", "entries WHERE id IN (SELECT id FROM taken)", now),
      dead: {
        ...shareOf(db, "buried_at", "dead_letters", now),
        superseded: Number(db.prepare("SELECT count(*) AS n FROM dead_letters WHERE newer = 1").get()?.["n"]),
      },
      letters: letters.slice(0, options.limit ?? 100),
      next: letters.at(options.limit ?? 100) === undefined ? undefined : letters[(options.limit ?? 100) - 1]?.id,
    }
  } finally {
    close()
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

const shareOf = (db: DatabaseSync, since: string, from: string, now: Millis): OutboxShare => {
  const row = db.prepare(
    `SELECT count(*) AS records, ifnull(sum(size), 0) AS bytes, min(${since}) AS oldest, max(${since}) AS newest FROM ${from}`,
  ).get() ?? {}
  const age = (at: unknown): number | undefined => typeof at === "number" ? Math.max(0, now - at) : undefined
  return {
    records: Number(row["records"]),
    bytes: Number(row["bytes"]),
    oldestAgeMillis: age(row["oldest"]),
    newestAgeMillis: age(row["newest"]),
  }
}

/** One more than asked for: it shows whether there is another page. */
const lettersOf = (db: DatabaseSync, options: ListOptions): ReadonlyArray<DeadLetter> =>
  db.prepare(
    `SELECT dead_letters.*, substr(text, 1, ?) AS head, runs.run AS run_name, runs.term AS term
     FROM dead_letters LEFT JOIN runs ON runs.id = dead_letters.run
     WHERE dead_letters.id > ? ORDER BY dead_letters.id LIMIT ?`,
  ).all(options.headLength ?? 200, options.after ?? 0, (options.limit ?? 100) + 1).map((row) => ({
    id: Number(row["id"]),
    run: String(row["run_name"] ?? ""),
    seq: Number(row["seq"]),
    part: Number(row["part"]),
    origin: row["origin"] === null ? undefined : String(row["origin"]),
    term: Number(row["term"] ?? 0),
    kind: row["control"] === 1 ? "Control" : "Record",
    session: String(row["session"]),
    at: Number(row["at"]),
    arrivedAt: Number(row["arrived_at"]),
    buriedAt: Number(row["buried_at"]),
    reason: String(row["reason"]),
    times: Number(row["times"]),
    superseded: row["newer"] === 1,
    bytes: Number(row["size"]),
    head: String(row["head"]),
  }))
