/**
 * Runs the benches that live beside the code they measure: `pnpm bench [NAME…] [key=value…]`.
 *
 * A NAME picks the benches whose path holds it; `key=value` goes to the benches. Benches print ratios taken in one run,
 * medians of several rounds: absolute figures differ between machines and hours.
 */
import { spawnSync } from "node:child_process"
import { globSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const names = process.argv.slice(2).filter((arg) => !arg.includes("="))
const settings = process.argv.slice(2).filter((arg) => arg.includes("="))
const benches = globSync("{packages,packages/sinks,apps}/*/bench/*.bench.ts", { cwd: root }).sort()
const chosen = names.length === 0 ? benches : benches.filter((path) => names.some((name) => path.includes(name)))

if (chosen.length === 0) {
  console.error(`no bench is called ${names.join(" or ")}; there are:\n  ${benches.join("\n  ")}`)
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
