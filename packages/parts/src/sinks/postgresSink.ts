/** The sink `postgres`. */
import { type SinkPlugin, sinkPlugin } from "@boltodds/config"
import { PostgresConfig, postgresConfigProblems, postgresHost, postgresOptions } from "@boltodds/sink-postgres/options"
import { tables } from "@boltodds/tables"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { PartsHost } from "../PartsHost.ts"

/** A batch is a transaction: more records cost each of them less. */
const batch = { records: 1000, bytes: 1024 * 1024 }

/** PostgreSQL. Its client is loaded when the sink is opened. */
export const postgresSink = ({ guards }: Pick<PartsHost, "guards">): SinkPlugin<PostgresConfig> =>
  sinkPlugin({
    kind: "sink",
    name: "postgres",
    about:
      "PostgreSQL: a table with each record once, the latest record of each line, and a view of those that are live.",
    config: PostgresConfig,
    emits: tables.map(({ name }) => name),
    needsControls: true,
    needsSameBatches: true,
    problems: (written, place) => [
      ...postgresConfigProblems(written, place.emit).map((problem) => ({ ...problem, part: "value" as const })),
      ...guards?.postgres?.(written, place) ?? [],
    ],
    touches: ({ url = "postgres://127.0.0.1:5432/boltodds" }) => {
      const what = postgresHost(url)
      return what === undefined ? [] : [{ kind: "contacts", what, sends: ["user", "client_name"] }]
    },
    make: (options, { emit, log, name }) =>
      Effect.flatMap(Effect.promise(() => import("@boltodds/sink-postgres")), ({ postgres }) =>
        postgres({
          ...postgresOptions(options),
          emit,
          onEvent: ({ table }) =>
            log("error", `${table} has lost records; it begins anew, and the whole book is sent again`, { sink: name }),
        })),
    lane: () => ({
      overflow: "block",
      batch,
      retry: { base: Duration.millis(200), cap: Duration.seconds(5), attempts: Infinity },
    }),
  })
