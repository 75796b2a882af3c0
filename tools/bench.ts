/**
 * Runs the benches of the packages, and those of the whole command in `bench/`: `pnpm bench [NAME…] [SETTING…]`.
 *
 * A NAME picks the benches whose path has it. From the first argument with a dash or an equals sign on, all arguments
 * go to the benches. Benches print ratios taken in one run, medians of several rounds: absolute figures differ between
 * machines and hours.
 */
import { spawnSync } from "node:child_process"
import { globSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const args = process.argv.slice(2)
const first = args.findIndex((arg) => arg.startsWith("-") || arg.includes("="))
const [names, settings] = first < 0 ? [args, []] : [args.slice(0, first), args.slice(first)]
const benches = globSync("{bench,{packages,packages/sinks,apps}/*/bench}/*.bench.ts", { cwd: root }).sort()
const chosen = names.length === 0 ? benches : benches.filter((path) => names.some((name) => path.includes(name)))

if (chosen.length === 0) {
  console.error(`Unknown bench ${names.join(" or ")}. There are:\n  ${benches.join("\n  ")}`)
  process.exit(64)
}

let failed = 0
for (const path of chosen) {
  console.log(`\n# ${path}`)
  const { status } = spawnSync(
    process.execPath,
    ["--expose-gc", "--conditions=@boltodds/source", path, ...settings],
    { cwd: root, stdio: "inherit" },
  )
  if (status !== 0) failed++
}
process.exitCode = failed === 0 ? 0 : 1
