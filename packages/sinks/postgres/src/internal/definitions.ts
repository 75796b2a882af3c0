/** The tables, made and brought up to date: columns are only ever added. */
import type { Column } from "@boltodds/tables"
import { PostgresError } from "../PostgresError.ts"
import type { Session } from "./Session.ts"
import type { Settings } from "./settings.ts"

/** The version of what is not a column of a record. Raised when it changes, with the statements that change it. */
const version = 1

/** The column that counts deliveries: each row of a table has its own. */
export const counter = "delivery"

const types: Readonly<Record<Column["type"], string>> = {
  text: "text",
  whole: "bigint",
  number: "double precision",
  flag: "boolean",
  time: "timestamptz",
  json: "jsonb",
}

/** Makes what is missing, in one transaction. Two processes do not at once. */
export const define = async (session: Session, settings: Settings): Promise<void> => {
  const { schema, table, latest, staleMillis } = settings
  await session.query("begin")
  await session.query("select pg_advisory_xact_lock(hashtext('boltodds'), hashtext($1))", [schema])
  await checkVersion(session, schema)
  await session.query(`create schema if not exists ${schema}`)
  await session.query(
    `create table if not exists ${schema}.sink_positions (
      table_name text primary key,
      version integer not null,
      writer text not null,
      deliveries bigint not null,
      batch_id text not null,
      batch_done integer not null,
      run text not null,
      written_at timestamptz not null,
      stale_after interval not null
    )`,
  )
  await defineTable(session, schema, table.name, table.columns, `${counter} bigint not null`)
  await session.query(comment("table", `${schema}.${table.name}`, table.about))
  await session.query(
    `create index if not exists ${table.name}_received_at on ${schema}.${table.name} using brin (received_at)`,
  )
  if (latest) await defineLatest(session, settings)
  await session.query(
    `insert into ${schema}.sink_positions values ($1, ${version}, '', 0, '', 0, '', 'epoch', $2::interval)
     on conflict (table_name) do update set stale_after = excluded.stale_after`,
    [table.name, `${staleMillis} milliseconds`],
  )
  await session.query("commit")
}

const checkVersion = async (session: Session, schema: string): Promise<void> => {
  const [known] = await session.query("select to_regclass($1) is not null as found", [`${schema}.sink_positions`])
  if (known?.["found"] !== true) return
  const [found] = await session.query(`select max(version) as version from ${schema}.sink_positions`)
  const newest = Number(found?.["version"] ?? 0)
  if (newest > version) {
    throw new PostgresError(
      "schema",
      `The tables in ${schema} are of version ${newest}, and this program knows ${version}: update it, or use another schema.`,
    )
  }
}

const defineTable = async (
  session: Session,
  schema: string,
  name: string,
  columns: ReadonlyArray<Column>,
  first: string,
): Promise<void> => {
  await session.query(`create table if not exists ${schema}.${name} (${first})`)
  const found = await session.query(
    "select column_name from information_schema.columns where table_schema = $1 and table_name = $2",
    [schema, name],
  )
  const known = new Set(found.map((row) => row["column_name"]))
  const missing = columns.filter((column) => !known.has(column.name))
  if (missing.length === 0) return
  const added = missing.map((column) => `add column ${column.name} ${types[column.type]}`)
  await session.query(`alter table ${schema}.${name} ${added.join(", ")}`)
  for (const column of missing) {
    await session.query(comment("column", `${schema}.${name}.${column.name}`, column.description))
  }
}

/** A comment cannot have parameters. */
const comment = (kind: string, name: string, text: string): string =>
  `comment on ${kind} ${name} is '${text.replaceAll("'", "''")}'`

const defineLatest = async (session: Session, { schema, table }: Settings): Promise<void> => {
  await defineTable(session, schema, "latest", table.columns, `${counter} bigint not null`)
  await session.query(
    comment("table", `${schema}.latest`, "The latest record of each line. Whether it is live: see live_lines."),
  )
  await session.query(
    `create unique index if not exists latest_line on ${schema}.latest (sportsbook, game, outcome)`,
  )
  await session.query(
    `create table if not exists ${schema}.trust (
      kind text not null,
      session_name text not null,
      sportsbook text not null,
      game text not null,
      delivery bigint not null,
      primary key (kind, session_name, sportsbook, game)
    )`,
  )
  await session.query(
    comment("table", `${schema}.trust`, "What is not known to be live, by scope; an empty name stands for all."),
  )
  await session.query(`create or replace view ${schema}.live_lines as ${liveLines(schema)}`)
  await session.query(
    comment(
      "view",
      `${schema}.live_lines`,
      "The lines with a price that is known to be live: verified since the last gap, not stale, and the writer is at work.",
    ),
  )
}

/**
 * What `isLive` of `@boltodds/protocol` says, with a price. A line is verified by its own record, unless that says
 * otherwise, or by a later one of its game; and it is not where a later control invalidates a scope that it is in.
 */
const liveLines = (schema: string): string =>
  `select l.*
   from ${schema}.latest l
   left join ${schema}.trust v
     on v.kind = 'verified' and v.session_name = '' and v.sportsbook = l.sportsbook and v.game = l.game
   where l.odds is not null
     and exists (
       select 1 from ${schema}.sink_positions p
       where p.table_name = 'changes' and p.written_at > statement_timestamp() - p.stale_after
     )
     and case
       when l.is_unverified then case when v.delivery > l.delivery then v.delivery else -1 end
       else greatest(l.delivery, coalesce(v.delivery, -1))
     end > coalesce((
       select max(t.delivery) from ${schema}.trust t
       where t.kind = 'unverified'
         and t.session_name in ('', l.session_name)
         and t.sportsbook in ('', l.sportsbook)
         and t.game in ('', l.game)
     ), -1)
     and not exists (select 1 from ${schema}.trust t where t.kind = 'lossy')
     and not exists (
       select 1 from ${schema}.trust t
       where t.kind = 'stale' and t.session_name = l.session_name and t.sportsbook in ('', l.sportsbook)
     )`
