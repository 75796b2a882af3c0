/** A feed that asks for more memory than there is, and a command with a small heap that reads it. */
import { startLocalServer } from "@boltodds/testing/LocalServer"
import type { WebSocket } from "ws"
import { bundled, PipeProcess } from "@boltodds/testing/PipeProcess"

export const key = "test-key-0123456789"

/** Sends until it has sent all, or the socket is gone; each message waits for the one before. */
export type Sending = (send: (message: unknown) => Promise<boolean>) => Promise<void>

export interface HostileFeed {
  readonly url: string
  /** Connections so far. */
  readonly dials: () => number
  readonly stop: () => Promise<void>
}

/** Sends to each client that subscribes; REST answers with empty lists. */
export const hostileFeed = async (sending: Sending): Promise<HostileFeed> => {
  let dials = 0
  const { url, stop } = await startLocalServer({
    request: (_, response) => {
      response.setHeader("content-type", "application/json")
      response.end('{"sports":[],"sportsbooks":[]}')
    },
    connection: (socket) => {
      dials++
      // The client may disappear at any moment.
      socket.on("error", () => {})
      socket.send('{"action":"socket_connected","plan":"Pro"}')
      socket.once("message", () => void sending((message) => sendTo(socket, message)))
    },
  })
  return { url, dials: () => dials, stop }
}

const sendTo = (socket: WebSocket, message: unknown): Promise<boolean> =>
  new Promise((resolve) => {
    const data = typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message)
    socket.send(data, { binary: false }, (error) => setImmediate(() => resolve(error === undefined || error === null)))
  })

/** The command with a heap of so many MiB. `stdin` is a file. */
export const withHeap = (
  mebibytes: number,
  args: ReadonlyArray<string>,
  { stdin, ...options }: { readonly read?: boolean; readonly stdin?: string } = {},
): PipeProcess => {
  const words = [process.execPath, `--max-old-space-size=${mebibytes}`, bundled]
  return new PipeProcess(args, {
    ...options,
    words: stdin === undefined ? words : ["bash", "-c", `exec "$0" "$@" < '${stdin}'`, ...words],
    env: { BOLTODDS_API_KEY: key },
  })
}

/** A message about a game of one sportsbook. */
export const game = (
  sportsbook: string,
  name: string,
  outcomes: Readonly<Record<string, unknown>>,
  action = "initial_state",
): unknown => ({
  timestamp: new Date().toISOString().replace("Z", "000+00:00"),
  action,
  data: { sport: "NBA", sportsbook, game: name, home_team: "H", away_team: "A", info: { id: name }, outcomes },
})

export const outcome = (odds = "-110", link = ""): unknown => ({
  odds,
  link,
  outcome_name: "Moneyline",
  outcome_line: null,
  outcome_over_under: null,
  outcome_target: "H",
})
