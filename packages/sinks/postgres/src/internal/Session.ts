/** One connection: it is thrown away at the first error, so that nothing of a transaction goes on beside it. */
import { Client } from "pg"
import { from as copyFrom } from "pg-copy-streams"
import { PostgresError } from "../PostgresError.ts"
import { postgresErrorOf } from "./postgresErrorOf.ts"
import type { Address } from "./settings.ts"

/** A row of an answer. */
export type Answer = Readonly<Record<string, unknown>>

/** A connection that works until its first error. */
export class Session {
  readonly #client: Client
  readonly #address: Address
  #isOver = false

  private constructor(client: Client, address: Address) {
    this.#client = client
    this.#address = address
  }

  /** Connects. Rejects with a {@link PostgresError}. */
  static async connect(address: Address): Promise<Session> {
    const { host, port, database, user, password, ssl, clientName, timeoutMillis } = address
    const client = new Client({
      host,
      port,
      database,
      user,
      // Not from a variable of the environment or a file of the user.
      password: password ?? "",
      ssl,
      application_name: clientName,
      connectionTimeoutMillis: timeoutMillis,
      // What a process that is cut off leaves open must not keep the table for ever.
      idle_in_transaction_session_timeout: timeoutMillis,
      statement_timeout: timeoutMillis,
      lock_timeout: timeoutMillis,
      keepAlive: true,
    })
    const session = new Session(client, address)
    // Without a listener an error of the socket ends the process.
    client.on("error", () => session.destroy())
    client.on("end", () => void (session.#isOver = true))
    try {
      await session.#within(client.connect())
      return session
    } catch (cause) {
      session.destroy()
      throw postgresErrorOf(cause, `Cannot connect to PostgreSQL at ${address.name}`)
    }
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Runs a statement. An error ends the connection. */
  async query(text: string, values: ReadonlyArray<unknown> = []): Promise<ReadonlyArray<Answer>> {
    const { rows } = await this.#guard(() =>
      this.#client.query<Answer>({ text, ...values.length === 0 ? {} : { values: [...values] } })
    )
    return rows
  }

  /** Copies text in the format of COPY into a table. */
  async copy(statement: string, text: string): Promise<void> {
    await this.#guard(() =>
      new Promise<void>((resolve, reject) => {
        const stream = this.#client.query(copyFrom(statement))
        stream.once("error", reject)
        stream.once("finish", resolve)
        stream.end(Buffer.from(text))
      })
    )
  }

  /** Ends it at once: the server takes back what is open. */
  destroy(): void {
    if (this.#isOver) return
    this.#isOver = true
    // `end` would wait for a server that does not answer.
    const { stream } = (this.#client as unknown as { readonly connection: { readonly stream: { destroy(): void } } })
      .connection
    stream.destroy()
  }

  async #guard<A>(run: () => Promise<A>): Promise<A> {
    if (this.#isOver) {
      throw new PostgresError("unreachable", `The connection to PostgreSQL at ${this.#address.name} is lost.`)
    }
    try {
      return await this.#within(run())
    } catch (cause) {
      this.destroy()
      throw cause
    }
  }

  /** A query after a lost connection may never be answered. */
  async #within<A>(answer: Promise<A>): Promise<A> {
    const { timeoutMillis, name } = this.#address
    let fail = (_: string): void => {}
    const over = new Promise<never>((_, reject) => {
      fail = (why) => reject(new PostgresError("unreachable", why))
    })
    over.catch(() => {})
    const onEnd = (): void => fail(`The connection to PostgreSQL at ${name} is lost.`)
    const onLate = (): void => fail(`PostgreSQL at ${name} does not answer within ${timeoutMillis} ms.`)
    const timer = setTimeout(onLate, timeoutMillis + 1_000)
    this.#client.once("end", onEnd)
    try {
      return await Promise.race([answer, over])
    } finally {
      clearTimeout(timer)
      this.#client.off("end", onEnd)
      answer.catch(() => {})
    }
  }
}
