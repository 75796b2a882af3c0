/** Which chunk of the bundle each module is in. */
import { type OutputChunk, rolldown, type RolldownOptions } from "rolldown"

/**
 * The chunks: some modules, with all that they need from the start and that is in no chunk before. So a chunk imports only
 * those before it. A pipeline from flags reads the chunks of its parts alone; a configuration file reads those of all
 * parts, because its registry is made before the file is read, and `patterns` only if it has some.
 */
const chunkEntries: ReadonlyArray<{ readonly chunk: string; readonly entries: RegExp }> = [
  // What comes before the compiled code of the others can be used.
  { chunk: "first", entries: /\/process\/compileCache\.ts$/ },
  // The command line and the help of all commands.
  { chunk: "start", entries: /\/src\/start\.ts$/ },
  // A pipeline from flags, up to its first line: a session of any feed, and standard output.
  { chunk: "core", entries: /\/commands\/demo\/run\.ts$|\/openSession\.ts$|\/stdoutSink\.ts$/ },
  { chunk: "connection", entries: /\/commands\/(?:stream|watch)\/run\.ts$|\/feedSource\.ts$/ },
  { chunk: "simulator", entries: /\/simulatorSource\.ts$|\/commands\/simulate\/run\.ts$/ },
  {
    chunk: "sinks",
    entries:
      /\/parts\/src\/sinks\/(?:file|webhook|nats|redis|postgres|parquet)Sink\.ts$|\/outboxStore\.ts$|\/commands\/outbox\/run\.ts$/,
  },
  // A server, and after it what sends its metrics elsewhere, if a variable says where.
  { chunk: "serve", entries: /\/parts\/src\/sinks\/serveSink\.ts$|\/status\/statusServer\.ts$/ },
  { chunk: "otlp", entries: /\/src\/status\/otlp\.ts$/ },
  // Emits that compare sportsbooks, with the tables of markets.
  { chunk: "signals", entries: /\/parts\/src\/emits\/(?:best|closing|fair|opportunities)Emit\.ts$/ },
  // The board, when it is shown.
  { chunk: "board", entries: /\/board\/runBoard\.ts$/ },
  { chunk: "expressions", entries: /\/internal\/cel\/(?:checkExpression|compile|names)\.ts$/ },
  // The Model Context Protocol.
  { chunk: "mcp", entries: /\/commands\/mcp\/run\.ts$/ },
  // The client of NATS, when such a sink is opened.
  { chunk: "nats", entries: /\/packages\/nats\/src\/index\.ts$/ },
  // The client of Redis, likewise.
  { chunk: "redis", entries: /\/packages\/redis\/src\/index\.ts$/ },
  // The client of PostgreSQL.
  { chunk: "postgres", entries: /\/packages\/sinks\/postgres\/src\/index\.ts$/ },
  // The writer of Parquet, which is also the module of its thread.
  { chunk: "parquet", entries: /\/packages\/sinks\/parquet\/src\/index\.ts$/ },
  { chunk: "yaml", entries: /\/node_modules\/yaml\// },
  { chunk: "patterns", entries: /\/node_modules\/re2js\// },
]

/**
 * The chunk of each module of a build. Modules of no chunk are in `commands`.
 *
 * It is seen in a first build, which the bundler divides by itself into what is needed together: there an import from the
 * index of a package leads to what is used of it, and not to all of the package.
 */
export const chunksOf = async (options: RolldownOptions): Promise<ReadonlyMap<string, string>> => {
  const build = await rolldown(options)
  const { output } = await build.generate({ format: "esm" })
  await build.close()
  const files = new Map(output.flatMap((file) => file.type === "chunk" ? [[file.fileName, file] as const] : []))
  const chunks = new Map<string, string>()
  const assign = ({ imports, moduleIds }: OutputChunk, chunk: string): void => {
    if (moduleIds.every((id) => chunks.has(id))) return
    for (const id of moduleIds) if (!chunks.has(id)) chunks.set(id, chunk)
    for (const other of imports) {
      const file = files.get(other)
      if (file !== undefined) assign(file, chunk)
    }
  }
  for (const { chunk, entries } of chunkEntries) {
    for (const file of files.values()) if (file.moduleIds.some((id) => entries.test(id))) assign(file, chunk)
  }
  for (const file of files.values()) if (!file.isEntry) assign(file, "commands")
  return chunks
}
