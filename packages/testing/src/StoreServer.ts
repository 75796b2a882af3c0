/** A real server of a store as a test has it: on a free port of this machine, with a folder of its own, killed and started again. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { readFileSync, rmSync } from "node:fs"
import { connect, createServer } from "node:net"
import { join } from "node:path"
import { temporaryFolder } from "./temporaryFolder.ts"

/** How a kind of server is found and started. */
export interface StoreProgram {
  readonly name: string
  /** Says that it must be there: `BOLTODDS_NATS=required`. */
  readonly variable: string
  /** Its arguments, for a port and a folder. */
  readonly args: (
    place: { readonly port: number; readonly folder: string; readonly log: string },
  ) => ReadonlyArray<string>
  /** What is sent to a new connection, if anything, and how the answer of a server begins that is ready. */
  readonly hello: string
  readonly ready: RegExp
  /** What it stores, below its folder. */
  readonly stored: string
}

/**
 * Whether the program is installed: without it, tests that need it skip themselves, and say so. Where its variable is
 * `required` its absence is an error.
 */
export const isInstalled = ({ name, variable }: StoreProgram): boolean => {
  const isThere = spawnSync(name, ["--version"]).status === 0
  if (!isThere && process.env[variable] === "required") {
    throw new Error(`There is no ${name}, and ${variable} says that there must be: apt-get install ${name}`)
  }
  if (!isThere) process.stderr.write(`SKIPPED: these tests need ${name}: apt-get install ${name}\n`)
  return isThere
}

/** A running server. */
export class StoreServer {
  readonly port: number
  readonly folder: string = temporaryFolder()
  readonly #program: StoreProgram
  #child: ChildProcess | undefined

  protected constructor(port: number, program: StoreProgram) {
    this.port = port
    this.#program = program
  }

  /** Starts it again, with what its folder holds. */
  async start(): Promise<void> {
    const { name, args } = this.#program
    const { port, folder } = this
    const log = join(folder, "log")
    const child = spawn(name, args({ port, folder, log }), { stdio: "ignore" })
    this.#child = child
    for (;;) {
      if (child.exitCode !== null) throw new Error(`${name} ended: ${readFileSync(log, "utf8")}`)
      if (await this.#answers()) return
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
    rmSync(join(this.folder, this.#program.stored), { recursive: true, force: true })
  }

  #answers(): Promise<boolean> {
    const { hello, ready } = this.#program
    return new Promise((resolve) => {
      const socket = connect(this.port, "127.0.0.1")
      if (hello !== "") socket.once("connect", () => socket.write(hello))
      socket.once("data", (answer) => {
        socket.destroy()
        resolve(ready.test(answer.toString()))
      })
      socket.once("error", () => resolve(false))
      socket.once("close", () => resolve(false))
    })
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
