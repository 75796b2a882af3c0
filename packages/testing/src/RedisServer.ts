/** A real redis-server that keeps what it acknowledges, on a free port of this machine, with a folder of its own. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { readFileSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { freePort } from "./NatsServer.ts"
import { temporaryFolder } from "./temporaryFolder.ts"

/**
 * Whether the server is installed: without it, tests that need it skip themselves, and say so. With
 * `BOLTODDS_REDIS=required` its absence is an error.
 */
export const hasRedis = (): boolean => {
  const isThere = spawnSync("redis-server", ["--version"]).status === 0
  if (!isThere && process.env["BOLTODDS_REDIS"] === "required") {
    throw new Error(
      "There is no redis-server, and BOLTODDS_REDIS says that there must be: apt-get install redis-server",
    )
  }
  if (!isThere) process.stderr.write("SKIPPED: these tests need redis-server: apt-get install redis-server\n")
  return isThere
}

/** A running server. */
export class RedisServer {
  readonly port: number
  readonly url: string
  readonly folder: string
  readonly #settings: ReadonlyArray<string>
  #child: ChildProcess | undefined

  private constructor(port: number, settings: ReadonlyArray<string>) {
    this.port = port
    this.url = `redis://127.0.0.1:${port}`
    this.folder = temporaryFolder()
    this.#settings = settings
  }

  /** Starts a server. `settings` are more of its settings, such as `--maxmemory`, `5mb`. */
  static async start(...settings: ReadonlyArray<string>): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), settings)
    await server.start()
    return server
  }

  /** Starts it again, with what its folder holds. */
  async start(): Promise<void> {
    const log = join(this.folder, "log")
    const place = `--port ${this.port} --bind 127.0.0.1 --appendonly yes --appendfsync always`.split(" ")
    const args = [...place, "--save", "", "--dir", this.folder, "--logfile", log, ...this.#settings]
    const child = spawn("redis-server", args, { stdio: "ignore" })
    this.#child = child
    for (;;) {
      if (child.exitCode !== null) throw new Error(`redis-server ended: ${readFileSync(log, "utf8")}`)
      if (await answers(this.port)) return
      await new Promise((resolve) => setTimeout(resolve, 10))
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
    rmSync(join(this.folder, "appendonlydir"), { recursive: true, force: true })
  }
}

/** It answers an error while it loads what it has stored, and one that a password is needed once it has. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("connect", () => socket.write("PING\r\n"))
    socket.once("data", (answer) => {
      socket.destroy()
      resolve(/^(?:\+PONG|-NOAUTH)/.test(answer.toString()))
    })
    socket.once("error", () => resolve(false))
    socket.once("close", () => resolve(false))
  })
