// Runs for `npm start` and `npm test`: makes a fresh clone ready, then runs what was asked for.
//
// Plain JavaScript for any Node from 18 on, because it is what provides the modern Node when the machine's is older.
// What it says goes to stderr: stdout belongs to the command.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { constants } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { lockFor, pnpmBinary, specsFor, versionOf } from "./bootstrap/pinned.mjs"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const nodeWanted = { oldest: [22, 19] }
const pnpmWanted = { oldestMajor: 12 }
const toolsFolder = join(root, ".tools")
const toolsBin = join(toolsFolder, "node_modules", ".bin")
const commandFile = join(root, "apps", "pipe", "dist", "boltodds-pipe.js")
const installStamp = join(root, "node_modules", ".boltodds-installed")

class SetupFailure extends Error {}

const say = (text) => process.stderr.write(`[setup] ${text}\n`)

/** Runs a set-up command with its output on stderr (a quiet one's only when it fails); fails with what to do about it. */
const runSetup = (command, args, { env, what, advice, quiet = false }) => {
  const output = quiet ? "pipe" : 2
  const result = spawnSync(command, args, { cwd: root, env, stdio: ["ignore", output, output] })
  if (quiet && result.status !== 0) process.stderr.write(Buffer.concat([result.stdout, result.stderr].filter(Boolean)))
  if (result.error !== undefined) throw new SetupFailure(`Cannot ${what}: ${result.error.message}. ${advice}`)
  if (result.signal !== null) throw new SetupFailure(`Stopped by ${result.signal} while trying to ${what}.`)
  if (result.status !== 0) throw new SetupFailure(`Cannot ${what}: ${command} ended with ${result.status}. ${advice}`)
}

const isGoodNode = ([oldestMajor, oldestMinor]) => {
  const [major, minor] = process.versions.node.split(".").map(Number)
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

const hasGoodPnpm = () => {
  // A corepack shim would try to download, and ask; then it counts as missing.
  const env = { ...process.env, COREPACK_ENABLE_DOWNLOAD_PROMPT: "0", COREPACK_ENABLE_NETWORK: "0" }
  const result = spawnSync("pnpm", ["--version"], {
    cwd: root,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  })
  return result.status === 0 && Number.parseInt(result.stdout, 10) >= pnpmWanted.oldestMajor
}

/** This machine, as packages of binaries name it. */
const thisHost = () => ({
  platform: process.platform,
  arch: process.arch,
  isMusl: process.platform === "linux" && process.report.getReport().header.glibcVersionRuntime === undefined,
})

/** Whether it is there and runs: half there, it is fetched anew. */
const isProvided = (tool) => {
  const { status, stdout } = spawnSync(join(toolsBin, tool), ["--version"], { cwd: root, encoding: "utf8" })
  return status === 0 && stdout.trim().replace(/^v/, "") === versionOf(tool)
}

/** Fetches these tools into `.tools`. No script of a package is run. */
const fetchTools = (tools) => {
  const host = thisHost()
  const specs = specsFor(tools, host).join(" and ")
  const pinned = lockFor(tools, host)
  say(
    pinned === undefined
      ? `fetching ${specs} into .tools from the npm registry, once; their hashes are not known for this platform`
      : `fetching ${specs} into .tools from the npm registry, once, checked by the hashes in tools/bootstrap/package-lock.json`,
  )
  mkdirSync(toolsFolder, { recursive: true })
  for (const name of ["package.json", "package-lock.json"]) rmSync(join(toolsFolder, name), { force: true })
  if (pinned !== undefined) {
    writeFileSync(join(toolsFolder, "package.json"), JSON.stringify(pinned.manifest))
    writeFileSync(join(toolsFolder, "package-lock.json"), JSON.stringify(pinned.lock))
  }
  const npmCli = process.env["npm_execpath"]
  const npm = npmCli !== undefined && /npm-cli\.c?js$/.test(npmCli) ? [process.execPath, npmCli] : ["npm"]
  const args = pinned === undefined ? ["install", "--no-save", "--no-package-lock", ...specsFor(tools, host)] : ["ci"]
  runSetup(npm[0], [
    ...npm.slice(1),
    ...args,
    "--prefix",
    toolsFolder,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ], {
    env: process.env,
    what: `fetch ${specs}`,
    advice:
      `If it speaks of EINTEGRITY, what the registry sent is not what was released: do not use it. Otherwise: is ` +
      `the npm registry reachable? You can also install Node ${nodeWanted.oldest.join(".")} or newer and pnpm ` +
      `${pnpmWanted.oldestMajor} yourself, and run this again.`,
  })
  if (tools.includes("pnpm")) linkPnpm(host)
}

/** pnpm's own script would put its binary in place of a wrapper that only a shell can run. */
const linkPnpm = (host) => {
  const link = join(toolsBin, "pnpm")
  rmSync(link, { force: true })
  symlinkSync(join("..", pnpmBinary(host), "pnpm"), link)
}

/** Provides what is missing in `.tools`; returns the environment for everything that runs after. */
const provideTools = () => {
  const missing = []
  if (!isGoodNode(nodeWanted.oldest)) missing.push("node")
  if (!hasGoodPnpm()) missing.push("pnpm")
  if (missing.length === 0) return process.env
  // All that is missing, as `npm ci` begins with an empty folder.
  if (!missing.every(isProvided)) fetchTools(missing)
  const path = toolsBin + delimiter + (process.env["PATH"] ?? "")
  return { ...process.env, PATH: path, Path: path }
}

/** A hash of all that decides what is installed. */
const installHash = () => {
  const hash = createHash("sha256")
  for (const name of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"]) {
    hash.update(readFileSync(join(root, name)))
  }
  for (const folder of ["packages", "packages/sinks", "apps"]) {
    for (const name of readdirSync(join(root, folder)).sort()) {
      const manifest = join(root, folder, name, "package.json")
      if (existsSync(manifest)) hash.update(readFileSync(manifest))
    }
  }
  return hash.digest("hex")
}

const installDependencies = (env) => {
  const hash = installHash()
  if (existsSync(installStamp) && readFileSync(installStamp, "utf8") === hash) return
  say("installing dependencies (when they are new or changed)")
  const args = ["install", "--frozen-lockfile", "--reporter=append-only", "--config.confirmModulesPurge=false"]
  runSetup("pnpm", args, {
    // npm hands its own log level down, and with it silence.
    env: { ...env, npm_config_loglevel: "info" },
    what: "install the dependencies",
    advice: "If it speaks of the lock file, a package.json was changed without it: run `pnpm install`. " +
      "If it speaks of the network, the npm registry could not be reached.",
  })
  writeFileSync(installStamp, hash)
}

const buildApps = (env) => {
  if (!existsSync(commandFile)) say("building the apps")
  const still = { ...env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", TURBO_NO_UPDATE_NOTIFIER: "1" }
  const turbo = join(root, "node_modules", ".bin", "turbo")
  runSetup(turbo, ["run", "build", "--filter=./apps/*", "--output-logs=errors-only", "--log-order=grouped"], {
    env: still,
    quiet: true,
    what: "build the apps",
    advice: "The lines above say which file does not build.",
  })
}

const forwarded = ["SIGINT", "SIGTERM", "SIGHUP"]

/** Runs the command in our place: same streams, same signals, same exit code. */
const handOver = (node, args, { cwd, env }) => {
  const child = spawn(node, args, { cwd, env, stdio: "inherit" })
  let lastForwarded = -Infinity
  const forward = (signal) => {
    // One Ctrl-C arrives here twice, from the terminal and from npm, and the command got its own: once is enough.
    const now = performance.now()
    if (now - lastForwarded > 500) child.kill(signal)
    lastForwarded = now
  }
  for (const signal of forwarded) process.on(signal, forward)
  child.on("error", (cause) => {
    say(`Cannot run ${args.join(" ")}: ${cause.message}`)
    process.exitCode = 1
  })
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
    for (const name of forwarded) process.removeListener(name, forward)
  })
}

const main = () => {
  const [task, ...args] = process.argv.slice(2)
  if (task !== "start" && task !== "test") {
    throw new SetupFailure(`Cannot run task ${JSON.stringify(task)}: there are "start" and "test".`)
  }
  const env = provideTools()
  const node = isGoodNode(nodeWanted.oldest) ? process.execPath : join(toolsBin, "node")
  installDependencies(env)
  if (task === "test") return handOver(node, [join(root, "tools", "check.ts"), ...args], { cwd: root, env })
  buildApps(env)
  // npm runs scripts in the root; paths in ARGS are meant from where the user stands.
  const cwd = process.env["INIT_CWD"] ?? process.cwd()
  // Plug-ins of the examples find the workspace's packages as sources: nothing else is built for them.
  handOver(node, ["--conditions=@boltodds/source", commandFile, ...(args.length === 0 ? ["demo"] : args)], { cwd, env })
}

try {
  main()
} catch (cause) {
  if (!(cause instanceof SetupFailure)) throw cause
  say(cause.message)
  process.exitCode = 1
}
