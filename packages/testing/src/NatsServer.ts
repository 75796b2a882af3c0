/** A real nats-server with JetStream. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { freePort, isInstalled, type StoreProgram, StoreServer } from "./StoreServer.ts"

/** `config` is more of its configuration. */
const program = (config: string): StoreProgram => ({
  name: "nats-server",
  variable: "BOLTODDS_NATS",
  args: ({ port, folder, log }) => {
    const file = join(folder, "server.conf")
    writeFileSync(file, `jetstream: { store_dir: ${JSON.stringify(join(folder, "store"))} }\n${config}\n`)
    return ["-c", file, "-a", "127.0.0.1", "-p", String(port), "-l", log]
  },
  hello: "",
  ready: /^INFO/,
  stored: "store",
})

/** Whether it is installed: see `isInstalled`. */
export const hasNats = (): boolean => isInstalled(program(""))

/** A running server. */
export class NatsServer extends StoreServer {
  readonly url: string = `nats://127.0.0.1:${this.port}`

  /** Starts a server. `config` is more of its configuration, such as `max_payload: 16KB`. */
  static async start(config = ""): Promise<NatsServer> {
    const server = new NatsServer(await freePort(), program(config))
    await server.start()
    return server
  }
}
