/** What a running server of this command answers. */
import { errorMessage } from "../../process/ExitCode.ts"

/** How to reach it. */
export interface ServedBookOptions {
  /** `http://host:port`, without a path. */
  readonly url: string
  readonly token: string | undefined
  readonly timeoutMillis: number
}

/** Filters of `/v1/book`, by their names; each may have several values. */
export type BookQuery = Readonly<Record<string, ReadonlyArray<string> | undefined>>

/** The server could not be asked, or refused; the message says what to do. */
export class NotServed extends Error {
  override readonly name = "NotServed"
}

/** The status of the stream in `/v1/health`, and the time of the answer. */
export interface ServedHealth {
  /** `live`, `gap`, `stale`, `lossy`, `starting` or `stopped`. */
  readonly status: string
  readonly streams: ReadonlyArray<{ readonly emit: string; readonly status: string }>
}

/** Records of one snapshot. A snapshot that is not whole is an error. */
export class ServedBook {
  readonly #options: ServedBookOptions

  constructor(options: ServedBookOptions) {
    this.#options = options
  }

  /** The whole book at this moment, as the records that lead to it. */
  async snapshot(emit: string, query: BookQuery): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>> {
    const parameters = new URLSearchParams({ emit })
    for (const [name, values] of Object.entries(query)) for (const value of values ?? []) parameters.append(name, value)
    const { status, text } = await this.#get(`/v1/book?${parameters}`)
    if (status !== 200) throw new NotServed(refusal(this.#options.url, status, text, emit))
    const lines = text.split("\n")
    // Every line ends with a line feed: what comes after the last is a record that was cut off.
    if (lines.pop() !== "") throw new NotServed(`The answer of ${this.#options.url} is cut off. Ask again.`)
    return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
  }

  /** The status of what is served. */
  async health(): Promise<ServedHealth> {
    const { status, text } = await this.#get("/v1/health")
    // 503 has a body too: before the first record, and after the last.
    if (status !== 200 && status !== 503) throw new NotServed(refusal(this.#options.url, status, text, undefined))
    try {
      return JSON.parse(text) as ServedHealth
    } catch (cause) {
      throw new NotServed(`${this.#options.url} is not a server of boltodds-pipe: /v1/health is not JSON.`, { cause })
    }
  }

  async #get(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const { url, token, timeoutMillis } = this.#options
    try {
      const response = await fetch(url + path, {
        headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(timeoutMillis),
        // The token must not go to another server.
        redirect: "error",
      })
      return { status: response.status, text: await response.text() }
    } catch (cause) {
      throw new NotServed(
        `Cannot read from ${url}: ${
          reasonOf(cause)
        }. Start \`boltodds-pipe serve\`, or give the address of one that runs.`,
        { cause },
      )
    }
  }
}

/** `fetch failed` says nothing: its cause does. */
const reasonOf = (cause: unknown): string => {
  if (cause instanceof Error && cause.name === "TimeoutError") return "no answer in time"
  const inner = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause
  return errorMessage(inner) || "no connection"
}

const refusal = (url: string, status: number, text: string, emit: string | undefined): string => {
  if (status === 401) return `${url} needs a token. Set BOLTODDS_TOKEN or --token-file to the one of the server.`
  if (status === 503) return `${url} has no book yet: it has received nothing from the feed. Ask again in a moment.`
  const said = text.slice(0, 300).trim()
  const advice = emit === undefined || emit === "changes"
    ? ""
    : ` Does it serve ${emit}? Start it with \`boltodds-pipe serve --emit changes --emit ${emit}\`.`
  return `${url} answers HTTP ${status}${said === "" ? "" : ` (${said})`}.${advice}`
}
