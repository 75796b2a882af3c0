/** A real redis-server that keeps what it acknowledges. */
import { freePort, isInstalled, type StoreProgram, StoreServer } from "./StoreServer.ts"

/** `settings` are more of its settings. */
const program = (settings: ReadonlyArray<string>): StoreProgram => ({
  name: "redis-server",
  variable: "BOLTODDS_REDIS",
  args: ({ port, folder, log }) => {
    const place = `--port ${port} --bind 127.0.0.1 --appendonly yes --appendfsync always`.split(" ")
    return [...place, "--save", "", "--dir", folder, "--logfile", log, ...settings]
  },
  hello: "PING\r\n",
  // It answers an error while it loads what it has stored, and one that a password is needed once it has.
  ready: /^(?:\+PONG|-NOAUTH)/,
  stored: "appendonlydir",
})

/** Whether it is installed: see `isInstalled`. */
export const hasRedis = (): boolean => isInstalled(program([]))

/** A running server. */
export class RedisServer extends StoreServer {
  readonly url: string = `redis://127.0.0.1:${this.port}`

  /** Starts a server. `settings` are more of its settings, such as `--maxmemory`, `5mb`. */
  static async start(...settings: ReadonlyArray<string>): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), program(settings))
    await server.start()
    return server
  }
}
