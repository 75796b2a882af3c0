/** A real PostgreSQL, on a free port of this machine, with a folder of its own. */
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createConnection } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { freePort } from "./StoreServer.ts"

/** Where Debian and others put what is not for the path of everybody. */
const folders = (): ReadonlyArray<string> => {
  const debian = "/usr/lib/postgresql"
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : []
  return versions.map((version) => join(debian, version, "bin"))
}

const programs = new Map<string, string | undefined>()

const programAt = (name: string): string | undefined => {
  if (!programs.has(name)) programs.set(name, find(name))
  return programs.get(name)
}

const find = (name: string): string | undefined =>
  spawnSync(name, ["--version"]).status === 0
    ? name
    : folders().map((folder) => join(folder, name)).find((path) => existsSync(path))

/** The server refuses to run as root: then it runs as the user that its package made. */
const isRoot = (): boolean => process.getuid?.() === 0

const asUser = (words: ReadonlyArray<string>): readonly [string, ReadonlyArray<string>] =>
  isRoot()
    ? ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", ...words]]
    : [words[0]!, words.slice(1)]

/**
 * Whether the server is installed: without it, tests that need it skip themselves, and say so. With
 * `BOLTODDS_POSTGRES=required` its absence is an error.
 */
export const hasPostgres = (): boolean => {
  const isThere = programAt("initdb") !== undefined && programAt("postgres") !== undefined
  if (!isThere && process.env["BOLTODDS_POSTGRES"] === "required") {
    throw new Error("There is no PostgreSQL, and BOLTODDS_POSTGRES says that there must be: apt-get install postgresql")
  }
  if (!isThere) process.stderr.write("SKIPPED: these tests need PostgreSQL: apt-get install postgresql\n")
  return isThere
}

/** A running server. Its user is `odds` with the password `password`, its database `odds`. */
export class PostgresServer {
  static readonly user = "odds"
  static readonly password = "secret-of-postgres"
  readonly port: number
  readonly url: string
  readonly folder: string
  readonly #settings: ReadonlyArray<string>
  #child: ChildProcess | undefined

  private constructor(port: number, folder: string, settings: ReadonlyArray<string>) {
    this.port = port
    this.url = `postgres://127.0.0.1:${port}/odds`
    this.folder = folder
    this.#settings = settings
  }

  /**
   * Starts a server. `settings` are lines of its configuration, such as `log_statement = all`. `files` are files of its
   * folder, such as a certificate.
   */
  static async start(
    settings: ReadonlyArray<string> = [],
    files: Readonly<Record<string, string>> = {},
  ): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), "boltodds-postgres-"))
    const data = join(folder, "data")
    // Its user must be able to reach it.
    if (isRoot()) chmodSync(folder, 0o777)
    const passwords = join(folder, "password")
    writeFileSync(passwords, PostgresServer.password, { mode: 0o644 })
    const user = PostgresServer.user
    const init = [programAt("initdb")!, "-D", data, "-U", user, "-A", "scram-sha-256", `--pwfile=${passwords}`]
    run([...init, "-E", "UTF8", "--no-locale", "-N"])
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name)
      writeFileSync(path, text, { mode: 0o644 })
      run(["install", "-m", "600", path, join(data, name)])
    }
    const server = new PostgresServer(await freePort(), folder, settings)
    await server.start()
    server.psql("create database odds", "postgres")
    return server
  }

  /** Starts it again, with what its folder holds. */
  async start(): Promise<void> {
    const log = join(this.folder, "log")
    const settings = [`port = ${this.port}`, "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''"]
    const all = [...settings, "fsync = off", ...this.#settings].flatMap((line) => {
      const [name, ...value] = line.split(" = ")
      return ["-c", `${name}=${value.join(" = ").replace(/^'(.*)'$/, "$1")}`]
    })
    const [program, args] = asUser([programAt("postgres")!, "-D", join(this.folder, "data"), ...all])
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], cwd: "/" })
    let written = ""
    const keep = (chunk: Buffer): void => {
      written += chunk
      writeFileSync(log, written.slice(-1_000_000))
    }
    child.stderr.on("data", keep)
    child.stdout.on("data", keep)
    this.#child = child
    for (;;) {
      if (child.exitCode !== null) throw new Error(`postgres ended: ${written}`)
      if (written.includes("ready to accept connections") && await answers(this.port)) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Runs statements; returns what they print: rows as lines, cells with a tab between them. */
  psql(sql: string, database: string = "odds"): string {
    const { PATH = "" } = process.env
    const { status, stdout, stderr } = spawnSync(programAt("psql")!, this.#words(sql, database), {
      env: { PATH, PGPASSWORD: PostgresServer.password },
      encoding: "utf8",
      maxBuffer: 1 << 28,
    })
    if (status !== 0) throw new Error(`psql: ${stderr}`)
    return stdout.replace(/\n$/, "")
  }

  /** The same beside what else this process does. */
  async run(sql: string, database: string = "odds"): Promise<string> {
    const { PATH = "" } = process.env
    const env = { PATH, PGPASSWORD: PostgresServer.password }
    const { stdout } = await promisify(execFile)(programAt("psql")!, this.#words(sql, database), { env })
    return stdout.replace(/\n$/, "")
  }

  #words(sql: string, database: string): Array<string> {
    const place = `-h 127.0.0.1 -p ${this.port} -U ${PostgresServer.user} -d ${database}`
    return [`${place} -X -q -A -t -v ON_ERROR_STOP=1`.split(" "), "-F", "\t", "-c", sql].flat()
  }

  /** The log of the server. */
  get log(): string {
    return readFileSync(join(this.folder, "log"), "utf8")
  }

  /** Sends a signal to the server and all of its processes. */
  signalAll(name: NodeJS.Signals): void {
    const pid = this.#child?.pid
    if (pid === undefined) return
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter((word) => word !== "")
    for (const each of [...children.map(Number), pid]) process.kill(each, name)
  }

  /** The number of its process. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Ends it at once, as a crash of its machine does for its clients, and waits until it has ended. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once("exit", resolve))
    // SIGQUIT: its children end too, and nothing is written on the way. After SIGKILL they would go on.
    child.kill("SIGQUIT")
    await ended
  }

  /** Ends it, and removes its folder. */
  async end(): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const run = (words: ReadonlyArray<string>): void => {
  const [program, args] = asUser(words)
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8", cwd: "/" })
  if (status !== 0) throw new Error(`${words[0]}: ${stderr}`)
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1")
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })
