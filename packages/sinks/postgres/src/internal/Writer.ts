/** Writes batches, each in one transaction with the position: so each record is in its table once. */
import type { Batch, Envelope } from "@boltodds/sink"
import type { Row } from "@boltodds/tables"
import { PostgresError } from "../PostgresError.ts"
import { copyLine } from "./copyText.ts"
import { counter } from "./definitions.ts"
import { LatestPlan, type PlannedRecord } from "./LatestPlan.ts"
import type { Session } from "./Session.ts"
import type { Settings } from "./settings.ts"

/** What became of a batch. */
export interface Written {
  /** How many of its records are in the table now, from its first on. */
  readonly done: number
  /** The record after those cannot be stored: a text of it holds NUL. */
  readonly isNextRejected: boolean
}

interface Position {
  readonly deliveries: number
  readonly batchId: string
  readonly batchDone: number
  readonly run: string
}

/** The table was replaced by an older one, or emptied: what was acknowledged is not there. */
export class PositionLost extends Error {}

/** The writer of one table. */
export class Writer {
  readonly #settings: Settings
  /** The name of this writer: of two, the one that came first is refused. */
  readonly #name: string
  readonly #names: string
  /** How many deliveries the table had when it was last written here. */
  #known = 0

  constructor(settings: Settings, name: string) {
    this.#settings = settings
    this.#name = name
    this.#names = [counter, ...settings.table.columns.map((column) => column.name)].join(", ")
  }

  /** Takes the table over: no other process writes to it from here on. */
  async takeOver(session: Session): Promise<void> {
    const { schema, table } = this.#settings
    const [row] = await session.query(
      `update ${schema}.sink_positions set writer = $1 where table_name = $2 returning deliveries`,
      [this.#name, table.name],
    )
    this.#known = Number(row?.["deliveries"] ?? 0)
  }

  /** Writes what of a batch is not written yet. Rejects, with nothing written, where that fails. */
  async write(session: Session, { id, run, envelopes }: Batch<unknown>): Promise<Written> {
    await session.query("begin")
    const position = await this.#lock(session)
    const done = position.batchId === id ? position.batchDone : 0
    const first = position.deliveries
    const { lines, records, count } = this.#linesOf(envelopes, done, first, run)
    const written: Written = { done: done + count, isNextRejected: done + count < envelopes.length }
    if (count === 0) {
      await session.query("rollback")
      return written
    }
    const plan = new LatestPlan(position.run)
    if (this.#settings.latest) { for (const [record, delivery] of records) plan.take(record, delivery) }
    if (lines.length > 0) await this.#copy(session, lines)
    if (this.#settings.latest) await this.#latest(session, plan)
    const { schema, table } = this.#settings
    await session.query(
      `update ${schema}.sink_positions
       set deliveries = $1, batch_id = $2, batch_done = $3, run = $4, written_at = clock_timestamp() where table_name = $5`,
      [first + count, id, written.done, plan.run, table.name],
    )
    await session.query("commit")
    this.#known = first + count
    return written
  }

  /** The table was lost: the next batch is the first. */
  forget(): void {
    this.#known = 0
  }

  async #lock(session: Session): Promise<Position> {
    const { schema, table } = this.#settings
    const [row] = await session.query(
      `select writer, deliveries, batch_id, batch_done, run from ${schema}.sink_positions where table_name = $1 for update`,
      [table.name],
    )
    if (row === undefined) throw new PositionLost()
    if (row["writer"] !== this.#name) {
      throw new PostgresError(
        "fenced",
        `Another process writes to ${schema}.${table.name}. A table has one writer: stop one of the two, or give one ` +
          "another schema.",
      )
    }
    const deliveries = Number(row["deliveries"])
    if (deliveries < this.#known) throw new PositionLost()
    return {
      deliveries,
      batchId: String(row["batch_id"]),
      batchDone: Number(row["batch_done"]),
      run: String(row["run"]),
    }
  }

  /** The lines of the envelopes from `done` on, up to one that cannot be stored. */
  #linesOf(
    envelopes: ReadonlyArray<Envelope<unknown>>,
    done: number,
    first: number,
    batchRun: string | undefined,
  ): {
    readonly lines: ReadonlyArray<string>
    readonly records: ReadonlyArray<readonly [PlannedRecord, number]>
    readonly count: number
  } {
    const { table } = this.#settings
    const lines: Array<string> = []
    const records: Array<readonly [PlannedRecord, number]> = []
    let count = 0
    for (const envelope of envelopes.slice(done)) {
      const delivery = first + count + 1
      const record = recordOf(envelope, table.name)
      const row: Row | undefined = table.rowOf(record, stampOf(envelope, batchRun))
      if (row !== undefined) {
        const line = copyLine(table.columns, row, delivery)
        if (line === undefined) break
        lines.push(line)
      }
      records.push([record as PlannedRecord, delivery])
      count += 1
    }
    return { lines, records, count }
  }

  async #copy(session: Session, lines: ReadonlyArray<string>): Promise<void> {
    const { schema, table, latest } = this.#settings
    const text = `${lines.join("\n")}\n`
    const target = `${schema}.${table.name}`
    if (!latest) return await session.copy(`copy ${target} (${this.#names}) from stdin`, text)
    await session.query(`create temp table if not exists incoming (like ${target}) on commit delete rows`)
    await session.copy(`copy pg_temp.incoming (${this.#names}) from stdin`, text)
    await session.query(`insert into ${target} (${this.#names}) select ${this.#names} from pg_temp.incoming`)
  }

  async #latest(session: Session, plan: LatestPlan): Promise<void> {
    const { schema } = this.#settings
    if (plan.isCleared) {
      await session.query(`delete from ${schema}.latest`)
      await session.query(`delete from ${schema}.trust`)
    }
    if (plan.clearedGames.size > 0) {
      const names = columnsOf([...plan.clearedGames.values()], 2)
      await session.query(
        `delete from ${schema}.latest l using unnest($1::text[], $2::text[]) as g (sportsbook, game)
         where l.sportsbook = g.sportsbook and l.game = g.game`,
        names,
      )
      // What was said of lines that are gone; their game begins anew.
      await session.query(
        `delete from ${schema}.trust t using unnest($1::text[], $2::text[]) as g (sportsbook, game)
         where t.sportsbook = g.sportsbook and t.game = g.game`,
        names,
      )
    }
    const { closed, standing } = plan
    if (closed.length > 0) {
      await session.query(
        `delete from ${schema}.latest l using unnest($1::text[], $2::text[], $3::text[]) as c (sportsbook, game, outcome)
         where l.sportsbook = c.sportsbook and l.game = c.game and l.outcome = c.outcome`,
        columnsOf(closed, 3),
      )
    }
    if (standing.length > 0) {
      const columns = this.#names.split(", ")
      const set = columns.map((name) => `${name} = excluded.${name}`).join(", ")
      await session.query(
        `insert into ${schema}.latest (${this.#names})
         select ${this.#names} from pg_temp.incoming where ${counter} = any($1::bigint[])
         on conflict (sportsbook, game, outcome) do update set ${set}`,
        [standing],
      )
    }
    await this.#trust(session, plan)
  }

  async #trust(session: Session, { isFreshSessions, marks }: LatestPlan): Promise<void> {
    const { schema } = this.#settings
    if (isFreshSessions) await session.query(`delete from ${schema}.trust where kind = 'stale' and sportsbook = ''`)
    const names = (isKept: boolean) =>
      marks.filter(({ delivery }) => (delivery !== null) === isKept).map(({ mark, delivery }) =>
        [mark.kind, mark.session, mark.sportsbook, mark.game, String(delivery)] as const
      )
    const removed = names(false)
    if (removed.length > 0) {
      await session.query(
        `delete from ${schema}.trust t
         using unnest($1::text[], $2::text[], $3::text[], $4::text[]) as m (kind, session_name, sportsbook, game)
         where t.kind = m.kind and t.session_name = m.session_name and t.sportsbook = m.sportsbook and t.game = m.game`,
        columnsOf(removed, 4),
      )
    }
    const kept = names(true)
    if (kept.length > 0) {
      await session.query(
        `insert into ${schema}.trust (kind, session_name, sportsbook, game, delivery)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
         on conflict (kind, session_name, sportsbook, game) do update set delivery = excluded.delivery`,
        columnsOf(kept, 5),
      )
    }
  }
}

/** Messages may be in an envelope of their own, which only their text has. */
const recordOf = (envelope: Envelope<unknown>, table: string): unknown =>
  table === "messages" ? JSON.parse(envelope.text) : envelope.value

const stampOf = ({ seq, part, origin, at, session, epoch, run }: Envelope<unknown>, batchRun: string | undefined) => ({
  run: run ?? batchRun,
  seq,
  part,
  origin,
  at,
  session,
  epoch,
})

/** Rows as arrays, one for each of their columns. */
const columnsOf = (rows: ReadonlyArray<ReadonlyArray<string>>, count: number): ReadonlyArray<ReadonlyArray<string>> =>
  Array.from({ length: count }, (_, index) => rows.map((row) => row[index]!))
