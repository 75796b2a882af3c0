/** The sink: each record once in its table, as committed by the server. */
import { type Batch, type Sink, SinkError } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { randomUUID } from "node:crypto"
import { define } from "./internal/definitions.ts"
import { postgresErrorOf } from "./internal/postgresErrorOf.ts"
import { Session } from "./internal/Session.ts"
import { type Address, type Settings, settingsOf } from "./internal/settings.ts"
import { PositionLost, Writer } from "./internal/Writer.ts"
import { PostgresError } from "./PostgresError.ts"
import type { PostgresConnectionOptions, PostgresTableOptions } from "./PostgresOptions.ts"

/** The options of {@link postgres}. */
export interface PostgresSinkOptions extends PostgresConnectionOptions, PostgresTableOptions {
  /** Called for what an operator may want to know. Must not throw. */
  readonly onEvent?: (event: PostgresSinkEvent) => void
}

/** What happened beside the delivery. */
export type PostgresSinkEvent =
  /** The tables are older than what the server had committed, or were removed. They begin anew, and the book is sent again. */
  { readonly _tag: "TableForgot"; readonly table: string }

/**
 * Writes records to a table of PostgreSQL 12 or newer, and with the emit `changes` the latest record of each line, with the
 * view `live_lines` of those that are known to be live. Makes the schema and the tables, and adds columns that a newer
 * version has.
 *
 * A batch and the position after it are one transaction: each record is in the table once, in the order of `delivery`, also
 * where the connection, the server or this process ends at any moment. A table has one writer: of two, the one that came
 * first is refused, and its lane is disabled. A record with a text that PostgreSQL cannot hold (NUL) is a dead letter, and
 * no other record is.
 *
 * Fails with a {@link SinkError} whose cause is a {@link PostgresError}.
 *
 * @example
 * ```ts
 * import { postgres } from "@boltodds/sink-postgres"
 *
 * const sink = postgres({ url: "postgres://127.0.0.1:5432/odds", user: "odds" })
 * ```
 */
export const postgres = (options: PostgresSinkOptions = {}): Effect.Effect<Sink<unknown>, SinkError, Scope> =>
  Effect.mapError(
    Effect.gen(function* () {
      const { settings, address } = yield* Effect.try({ try: () => settingsOf(options), catch: asPostgresError })
      const tables = new Tables(settings, address, options.onEvent ?? ignore)
      yield* Effect.acquireRelease(
        Effect.tryPromise({ try: () => tables.open(), catch: asPostgresError }),
        () => Effect.sync(() => tables.close()),
      )
      return {
        guarantee: "at-least-once",
        write: (batch) => Effect.tryPromise({ try: (signal) => tables.write(batch, signal), catch: failureOf }),
        check: Effect.tryPromise({ try: () => tables.check(), catch: failureOf }),
      } satisfies Sink<unknown>
    }),
    failureOf,
  )

/** A connection, made again after each error, and its writer. */
class Tables {
  readonly #settings: Settings
  readonly #address: Address
  readonly #onEvent: (event: PostgresSinkEvent) => void
  readonly #writer: Writer
  #session: Session | undefined

  constructor(settings: Settings, address: Address, onEvent: (event: PostgresSinkEvent) => void) {
    this.#settings = settings
    this.#address = address
    this.#onEvent = onEvent
    this.#writer = new Writer(settings, randomUUID())
  }

  async open(): Promise<void> {
    const session = await this.#connect()
    await define(session, this.#settings)
    await this.#writer.takeOver(session)
  }

  async check(): Promise<void> {
    await (await this.#connect()).query("select 1")
  }

  close(): void {
    this.#session?.destroy()
  }

  async write(batch: Batch<unknown>, signal: AbortSignal): Promise<void> {
    const session = await this.#connect()
    const stop = (): void => session.destroy()
    signal.addEventListener("abort", stop)
    try {
      const { done, isNextRejected } = await this.#writer.write(session, batch)
      if (!isNextRejected) return
      const cause = new PostgresError(
        "rejected",
        "Cannot store a record: a text of it holds NUL, which PostgreSQL has not.",
      )
      throw new SinkError({ rest: "retry", cause, delivered: done, rejected: [done] })
    } catch (cause) {
      if (cause instanceof SinkError) throw cause
      session.destroy()
      if (isLoss(cause)) return await this.#beginAnew()
      const error = asPostgresError(cause)
      // One of them cannot be stored, and the server does not say which: the lane tries them in halves.
      if (error.reason === "rejected") {
        throw new SinkError({ rest: "retry", cause: error, tooLarge: batch.envelopes.length })
      }
      throw error
    } finally {
      signal.removeEventListener("abort", stop)
    }
  }

  /** The tables are not those that were written: they are made again where they are missing, and the book is sent again. */
  async #beginAnew(): Promise<never> {
    const { schema, table } = this.#settings
    this.#writer.forget()
    await this.open()
    this.#onEvent({ _tag: "TableForgot", table: `${schema}.${table.name}` })
    const cause = new PostgresError(
      "lost",
      `The table ${schema}.${table.name} has lost records that were acknowledged.`,
    )
    throw new SinkError({ rest: "retry", cause, isNewReader: true })
  }

  async #connect(): Promise<Session> {
    if (this.#session === undefined || this.#session.isOver) this.#session = await Session.connect(this.#address)
    return this.#session
  }
}

/** Undefined tables and schemas are a loss too: somebody removed them. */
const isLoss = (cause: unknown): boolean =>
  cause instanceof PositionLost ||
  typeof cause === "object" && cause !== null && "code" in cause && (cause.code === "42P01" || cause.code === "3F000")

const ignore = (): void => {}

const asPostgresError = (cause: unknown): PostgresError => postgresErrorOf(cause, "Cannot write to PostgreSQL")

const final: ReadonlySet<PostgresError["reason"]> = new Set(["fenced", "schema", "options", "refused", "missing"])

/** Time does not mend invalid options, a second writer, or what the user may not do. */
const failureOf = (cause: unknown): SinkError => {
  if (cause instanceof SinkError) return cause
  const error = asPostgresError(cause)
  return new SinkError({ rest: final.has(error.reason) ? "disable" : "retry", cause: error })
}
