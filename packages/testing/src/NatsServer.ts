/** A real nats-server with JetStream, on a free port of this machine, with a folder of its own. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { join } from "node:path"
import { temporaryFolder } from "./temporaryFolder.ts"

/**
 * Whether the server is installed: without it, tests that need it skip themselves, and say so. With `BOLTODDS_NATS=required`
 * its absence is an error.
 */
export const hasNats = (): boolean => {
  const isThere = spawnSync("nats-server", ["--version"]).status === 0
  if (!isThere && process.env["BOLTODDS_NATS"] === "required") {
    throw new Error("There is no nats-server, and BOLTODDS_NATS says that there must be: apt-get install nats-server")
  }
  if (!isThere) process.stderr.write("SKIPPED: these tests need nats-server: apt-get install nats-server\n")
  return isThere
}

/** A running server. */
export class NatsServer {
  readonly port: number
  readonly url: string
  readonly folder: string
  readonly #config: string
  #child: ChildProcess | undefined

  private constructor(port: number, config: string) {
    this.port = port
    this.url = `nats://127.0.0.1:${port}`
    this.folder = temporaryFolder()
    this.#config = config
  }

  /** Starts a server. `config` is more of its configuration, such as `max_payload: 16KB`. */
  static async start(config = ""): Promise<NatsServer> {
    const server = new NatsServer(await freePort(), config)
    await server.start()
    return server
  }

  /** Starts it again, with what its folder holds. */
  async start(): Promise<void> {
    const file = join(this.folder, "server.conf")
    const log = join(this.folder, "log")
    writeFileSync(file, `jetstream: { store_dir: ${JSON.stringify(join(this.folder, "store"))} }\n${this.#config}\n`)
    const args = ["-c", file, "-a", "127.0.0.1", "-p", String(this.port), "-l", log]
    const child = spawn("nats-server", args, { stdio: "ignore" })
    this.#child = child
    for (;;) {
      if (child.exitCode !== null) throw new Error(`nats-server ended: ${readFileSync(log, "utf8")}`)
      if (await answers(this.port)) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name)
  }

  /** The number of its process. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Ends it with SIGKILL, and waits until it has ended. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once("exit", resolve))
    child.kill("SIGKILL")
    await ended
  }

  /** Removes all that it has stored. It must not run. */
  forget(): void {
    rmSync(join(this.folder, "store"), { recursive: true, force: true })
  }
}

/** A port of this machine that nobody listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on("error", reject)
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port"))
      )
    })
  })

/** A server begins each connection with INFO. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("data", (greeting) => {
      socket.destroy()
      resolve(greeting.toString().startsWith("INFO"))
    })
    socket.once("error", () => resolve(false))
  })
