/** The server of `run --listen`: health, metrics and status of the process, through all its runs. */
import { readNamed } from "@boltodds/machine"
import type { LatestStatus } from "@boltodds/pipeline"
import { ServerPool, type ServeSinkOptions } from "@boltodds/serve"
import { fileText } from "@boltodds/text"
import * as Redacted from "effect/Redacted"
import type { ParsedFlags } from "../commandLine/flags.ts"
import type { CommandLog } from "../log/Log.ts"
import { BadConfiguration, errorMessage, ExitCode, Failure } from "../process/ExitCode.ts"

/** The servers of a process, and what opens the one that the flags name. */
export interface StatusServer {
  readonly pool: ServerPool
  /** Rejects with a `Failure`. Returns what closes it. */
  readonly open: () => Promise<() => Promise<void>>
}

const largestFile = 1024 * 1024

/** The server that the flags name. Sinks with the same address share it. */
export const statusServer = async (
  given: ParsedFlags,
  status: LatestStatus,
  log: CommandLog,
): Promise<StatusServer> => {
  const pool = new ServerPool(status)
  const token = await fileOf(given, "token-file")
  const cert = await fileOf(given, "tls-cert")
  const key = await fileOf(given, "tls-key")
  const options: ServeSinkOptions = {
    listen: given.text("listen")!,
    ...token === undefined ? {} : { token: Redacted.make(token.trim()) },
    ...cert === undefined ? {} : { tls_cert: cert },
    ...key === undefined ? {} : { tls_key: Redacted.make(key) },
    ...given.isSet("allow-host") ? { allow_hosts: given.texts("allow-host") } : {},
  }
  const events = {
    onRefused: (why: string) => log.log("warn", `a web page was refused: ${why}`, { event: "page_refused" }),
    onCut: (why: string) => log.log("warn", `cut off a client: ${why}`, { event: "client_cut_off" }),
    onExposed: (why: string) => log.log("warn", why, { event: "server_exposed" }),
  }
  return {
    pool,
    open: async () => {
      try {
        const { url, close } = await pool.openStatus(options, events)
        log.log("info", `serving the status at ${url}: /status, /metrics, /livez, /readyz, /feedz`, {
          event: "serving",
        })
        return close
      } catch (cause) {
        if (cause instanceof RangeError) throw new BadConfiguration(errorMessage(cause), { cause })
        throw new Failure(ExitCode.sinkFailed, errorMessage(cause), { cause })
      }
    },
  }
}

const fileOf = async (given: ParsedFlags, flag: string): Promise<string | undefined> => {
  const path = given.text(flag)
  if (path === undefined) return undefined
  try {
    const text = fileText((await readNamed(path, { maxBytes: largestFile })).bytes)
    if (text !== undefined) return text
  } catch (cause) {
    throw new BadConfiguration(`Cannot read the file ${path} of --${flag}: ${errorMessage(cause)}`, { cause })
  }
  throw new BadConfiguration(`Cannot read the file ${path} of --${flag}: it is not UTF-8 text`)
}
