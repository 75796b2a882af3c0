import { describe, expect, it } from "vitest"
import { undocumentedIn } from "../documented.ts"
import { disagreements } from "../manifests.ts"
import { stabilityOf, unstableUses } from "../stability.ts"
import { leaksIn } from "../tracked.ts"

describe("the stability rule", () => {
  it("reads Effect's own marks", () => {
    expect(stabilityOf("Effect")?.get("map")).toBe("stable")
    expect(stabilityOf("Graph")?.get("isGraph")).toBe("unstable")
    expect(stabilityOf("NoSuchModule")).toBeUndefined()
  })

  it("passes stable names, of values and of types", () => {
    const source = `import * as Effect from "effect/Effect"
import { pipe } from "effect/Function"
export const run: Effect.Effect<number> = pipe(Effect.succeed(1), Effect.map((n) => n + 1))`
    expect(unstableUses("File.ts", source)).toEqual([])
  })

  it("names an unstable member of a stable module", () => {
    const source = `import * as Stream from "effect/Stream"
export const limited = Stream.limitBytes`
    expect(unstableUses("File.ts", source)).toEqual([
      "File.ts:1: the stability of effect/Stream limitBytes is unstable",
    ])
  })

  it("names unstable modules, named imports, the barrel, other packages of Effect, and what does not exist", () => {
    const source = `import { isGraph } from "effect/Graph"
import { Effect } from "effect"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { nope } from "effect/Option"
import * as Gone from "effect/Gone"`
    expect(unstableUses("File.ts", source)).toEqual([
      "File.ts:1: the stability of effect/Graph isGraph is unstable",
      `File.ts:2: import a subpath ("effect/Effect"), not all of Effect`,
      "File.ts:3: @effect/platform-node/NodeRuntime is not for libraries; only apps may use it",
      "File.ts:4: the stability of effect/Option nope is unknown",
      "File.ts:5: there is no module effect/Gone",
    ])
  })
})

describe("the rule on doc comments", () => {
  it("names exports that have none, and takes neither line comments nor the file's own", () => {
    const source = `/** About the file. */

export const bare = 1
// a line
export interface Line {}
/** Good. */
export const good = 2
export function naked(): void {}
const inner = 3
/** Good too. */
export type Fine = typeof inner
/** One comment for all overloads. */
export function over(a: string): void
export function over(a: number): void
export function over(): void {}
`
    expect(undocumentedIn("File.ts", source)).toEqual([
      "File.ts:3: bare has no doc comment",
      "File.ts:5: Line has no doc comment",
      "File.ts:8: naked has no doc comment",
    ])
  })
})

describe("the rule on manifests", () => {
  const npm = {
    name: "@boltodds/here",
    version: "1.0.0",
    license: "MIT",
    exports: {
      ".": { "@boltodds/source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./package.json": "./package.json",
    },
  }
  const deno = { name: "@boltodds/here", version: "1.0.0", license: "MIT", exports: "./src/index.ts" }

  it("passes two that agree", () => {
    expect(disagreements(npm, deno)).toEqual([])
    expect(disagreements(npm, { ...deno, exports: { ".": "./src/index.ts" } })).toEqual([])
  })

  it("names another version and an entry that only one has", () => {
    expect(disagreements(npm, { ...deno, version: "1.0.1" })).toEqual([
      "version is 1.0.0 in package.json and 1.0.1 in deno.json",
    ])
    expect(disagreements(npm, { ...deno, exports: { ".": "./src/index.ts", "./more": "./src/more.ts" } })).toEqual([
      `exports are [[".","./src/index.ts"]] in package.json and [[".","./src/index.ts"],["./more","./src/more.ts"]] in deno.json`,
    ])
  })

  it("names a target that is not what the source is compiled to", () => {
    const wrong = { ...npm, exports: { ".": { ...npm.exports["."], types: "./dist/main.d.ts" } } }
    expect(disagreements(wrong, deno)).toEqual([
      `exports["."].types must be ./dist/index.d.ts: it is ./dist/main.d.ts`,
    ])
  })
})

describe("the rule on tracked files", () => {
  // Put together here, so that this file passes its own rule.
  const slash = "/"

  it("names machine paths and registry addresses", () => {
    const text = [
      `see ${slash}home${slash}ann/project`,
      `resolved: https:${slash}${slash}registry.example.org/effect`,
      `tarball: https:${slash}${slash}example.org/x.tgz`,
    ].join("\n")
    expect(leaksIn("a.md", text)).toEqual([
      `a.md:1: a path of one machine: ${slash}home${slash}a`,
      `a.md:2: the address of a package registry: https:${slash}${slash}registry.example.org`,
      `a.md:3: a tarball address: tarball: https:${slash}${slash}`,
    ])
  })

  it("passes relative paths, routes and plain links", () => {
    expect(leaksIn("a.md", "src/work/x, ./root/x, $HOME/x, https://example.org/home, GET /api")).toEqual([])
  })
})
