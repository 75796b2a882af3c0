/** How a server of records is reached, and what is read of it. */
import { isLoopbackHost } from "@boltodds/text"
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import type { ServeDial } from "./ServeDial.ts"
import { ServeError } from "./ServeError.ts"

/** What is read of a server: records that meet all of it. Names match exactly. Default: all. */
export interface ServeFilter {
  readonly sport?: ReadonlyArray<string>
  readonly sportsbook?: ReadonlyArray<string>
  readonly game?: ReadonlyArray<string>
  /** A condition in CEL, as in `where` of a configuration, without loops and patterns. */
  readonly where?: string
}

/** The options of `serveRecords`. */
export interface ServeReaderOptions extends ServeFilter {
  /** Where the server is: `http://127.0.0.1:7880`, `https://odds.example`, or below a path of a proxy. `/v1/stream` may follow. */
  readonly url: string
  /** What the server asks for. Default: none. */
  readonly token?: Redacted.Redacted<string>
  /** Allows `http://` to other machines: the token and the records can be read on the way. Default false. */
  readonly allowInsecure?: boolean
  /** After this time without a record all is `stale`: a server sends heartbeats. Default 25 s. */
  readonly staleAfter?: Duration.Duration
  /**
   * The `origin` of the records that the reader makes itself: the snapshots with which it joins, `stale`, `fresh`, `dropped`.
   * Processes that write to one store need different ones, since the origin is a part of the identity. Default `serve:HOST`.
   */
  readonly origin?: string
  /** How connections are opened. Default: the WebSocket of the runtime, see `webDial`. */
  readonly dial?: ServeDial
  /** Called when nothing can be read for the moment: it is tried again. Must not throw. */
  readonly onTrouble?: (error: ServeError) => void
}

/** What is wrong with the address of a server. */
export interface AddressProblem {
  readonly message: string
  readonly remedy: string
}

/** The names of lists in a {@link ServeFilter}. */
export const filterNames = ["sport", "sportsbook", "game"] as const

const example = "write it as http://127.0.0.1:7880 or https://host"

/** Why this is no address of a server; undefined where it is one. Shows no secret. */
export const addressProblem = (url: string, allowInsecure: boolean): AddressProblem | undefined => {
  if (!URL.canParse(url)) return { message: "it is not an address", remedy: example }
  const { protocol, username, password, search, hash, hostname } = new URL(url)
  if (protocol !== "http:" && protocol !== "https:") {
    return { message: `it begins with ${protocol}//`, remedy: example }
  }
  if (username !== "" || password !== "") {
    return { message: "it holds a user or a password", remedy: "servers know neither: set token" }
  }
  if (search !== "" || hash !== "") {
    return { message: "it has something after its path", remedy: "write filters and the token as options of their own" }
  }
  return protocol === "https:" || allowInsecure || isLoopbackHost(hostname) ? undefined : {
    message: `http:// to ${hostname} can be read on the way`,
    remedy: "use https://, or allow what is not encrypted",
  }
}

/** The address of the stream, after a place. Throws a {@link ServeError} for one that is not valid. */
export const streamAddress = (options: ServeReaderOptions, after: string): URL => {
  const { url, allowInsecure = false } = options
  const problem = addressProblem(url, allowInsecure)
  if (problem !== undefined) {
    throw new ServeError(
      "options",
      `Cannot use the address of the server: ${problem.message}. Instead, ${problem.remedy}.`,
    )
  }
  const base = new URL(url)
  // As the log of a server has it: the path of the stream may be there already.
  const address = new URL(`${base.pathname.replace(/(?:\/v1\/stream)?\/*$/, "")}/v1/stream`, base)
  address.protocol = base.protocol === "https:" ? "wss:" : "ws:"
  address.searchParams.set("emit", "changes")
  for (const name of filterNames) {
    if (options[name]?.length === 0) {
      throw new ServeError("options", `Cannot read nothing: ${name} is empty. Leave it out for all.`)
    }
    for (const value of options[name] ?? []) address.searchParams.append(name, value)
  }
  if (options.where !== undefined) address.searchParams.set("where", options.where)
  address.searchParams.set("after", after)
  return address
}
