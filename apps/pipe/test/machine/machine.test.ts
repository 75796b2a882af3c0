import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { patience } from "@boltodds/testing/patience"

// More, and from elsewhere: MACHINE_RUNS=2000 MACHINE_SEED=1 vitest run apps/pipe/test/machine
// Another Node (22.19 or newer) beside this one: MACHINE_NODE=/path/to/node
const runs = Number(process.env["MACHINE_RUNS"] ?? 40)
const firstSeed = Number(process.env["MACHINE_SEED"] ?? 1)
const otherNode = process.env["MACHINE_NODE"]

const script = fileURLToPath(new URL("replayAll.ts", import.meta.url))
const root = fileURLToPath(new URL("../../../..", import.meta.url))
const node = ["--conditions=@boltodds/source", "--no-warnings"]

/** Seeds of one process: their lines are held at once. */
const atOnce = 250
const firstSeeds = Array.from({ length: Math.ceil(runs / atOnce) }, (_, index) => firstSeed + index * atOnce)

const replayed = (
  from: number,
  environment: Record<string, string>,
  command: string = process.execPath,
  args = node,
) => {
  const env = { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", ...environment }
  const count = Math.min(atOnce, firstSeed + runs - from)
  const lines = execFileSync(command, [...args, script, String(from), String(count)], {
    cwd: root,
    env,
    encoding: "utf8",
    maxBuffer: 1 << 30,
  }).split("\n")
  expect(lines.length).toBeGreaterThan(count * 100)
  return lines
}

const plain = { TZ: "UTC", LANG: "C", LC_ALL: "C" }
const digestOf = (lines: ReadonlyArray<string>) => createHash("sha256").update(lines.join("\n")).digest("hex")

/** The first difference says more than two texts of megabytes. */
const firstDifference = (one: ReadonlyArray<string>, other: ReadonlyArray<string>) => {
  const index = one.findIndex((line, index) => line !== other[index])
  return index === -1 && one.length === other.length ? undefined : [one[index], other[index]]
}

/** Each test replays all recordings several times, one process after another. */
const timeout = 240_000 * patience() * Math.max(1, runs / atOnce)

describe("The machine does not matter", { timeout }, () => {
  const here = firstSeeds.map((from) => digestOf(replayed(from, plain)))

  /** Where a replay under other conditions differs from the one here. */
  const difference = (environment: Record<string, string>, command?: string, args?: Array<string>) => {
    for (const [index, from] of firstSeeds.entries()) {
      const lines = replayed(from, environment, command, args)
      if (digestOf(lines) !== here[index]) return firstDifference(replayed(from, plain), lines)
    }
    return undefined
  }

  it("a recording replays to the same bytes in every time zone", () => {
    for (const TZ of ["America/New_York", "Asia/Kolkata", "Pacific/Apia", "America/St_Johns"]) {
      expect(difference({ TZ }), TZ).toBe(undefined)
    }
  })

  it("a recording replays to the same bytes in every language", () => {
    for (const LANG of ["tr_TR.UTF-8", "de_DE.ISO-8859-1", "ar_EG.UTF-8"]) {
      expect(difference({ TZ: "UTC", LANG, LC_ALL: LANG }), LANG).toBe(undefined)
    }
  })

  it("a recording replays to the same bytes in another engine's runtime", () => {
    const deno = fileURLToPath(new URL("../../../../node_modules/.bin/deno", import.meta.url))
    const args = ["run", "--allow-all", "--quiet", "--no-check"]
    expect(difference({ TZ: "Asia/Kolkata", LANG: "tr_TR.UTF-8" }, deno, args)).toBe(undefined)
  })

  it.runIf(otherNode !== undefined)("a recording replays to the same bytes in another Node", () => {
    expect(difference({ TZ: "Asia/Kolkata" }, otherNode)).toBe(undefined)
  })
})
