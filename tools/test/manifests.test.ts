import { describe, expect, it } from "vitest"
import { wantedFields, withFields } from "../manifestFields.ts"
import { missingFields, readmeProblems, wrongRanges } from "../manifests.ts"
import { packedReadme, relativeLinks } from "../packedReadme.ts"

const rootManifest = {
  repository: { type: "git", url: "git+https://example.com/a/b.git" },
  homepage: "https://example.com/a/b",
  bugs: "https://example.com/a/b/issues",
}
const member = { folder: "packages/state" }
const own = { name: "@boltodds/state", license: "MIT", type: "module", files: ["dist"], keywords: ["reducer"] }

describe("the fields of published manifests", () => {
  it("are written after the license, the changelog among the files, its own keywords kept", () => {
    const whole = withFields(own, wantedFields(member, own, rootManifest))
    expect(Object.keys(whole)).toEqual([
      "name",
      "license",
      "repository",
      "homepage",
      "bugs",
      "type",
      "files",
      "keywords",
    ])
    expect(whole).toMatchObject({
      repository: { directory: "packages/state" },
      homepage: "https://example.com/a/b/tree/main/packages/state#readme",
      files: ["dist", "CHANGELOG.md"],
      keywords: ["boltodds", "odds", "sports-betting", "sportsbook", "live-odds", "reducer"],
    })
    expect(missingFields(member, whole, rootManifest)).toEqual([])
  })

  it.each(["repository", "homepage", "bugs", "keywords", "files"])(
    "without %s are a problem that says what to run",
    (field) => {
      const { [field]: _, ...rest } = withFields(own, wantedFields(member, own, rootManifest))
      expect(missingFields(member, rest, rootManifest)).toEqual([
        `${field} of package.json is not as it must be; run \`node tools/manifestFields.ts\``,
      ])
    },
  )
})

describe("the ranges of a library", () => {
  const check = (manifest: object, name = "@boltodds/x") =>
    wrongRanges({ name, version: "0.0.0", ...manifest }, "4.1.0", (other) => other === "@boltodds/state")

  it("pass with carets, the workspace's own, and Effect as a peer of the tested version", () => {
    const dependencies = { "@boltodds/state": "workspace:^", ws: "^8.23.0" }
    expect(check({ dependencies, peerDependencies: { effect: "^4.1.0" } })).toEqual([])
    expect(check({ dependencies: { ...dependencies, effect: "^4.1.0" } }, "boltodds")).toEqual([])
  })

  it("are named where they are exact, of another version, or miss the peer", () => {
    expect(check({ dependencies: { ws: "8.23.0" } })).toEqual([
      expect.stringContaining("the range of ws must begin with ^"),
    ])
    expect(check({ dependencies: { "@boltodds/state": "^0.1.0" }, peerDependencies: { effect: "^4.1.0" } })).toEqual([
      '@boltodds/state must be "workspace:^": it is "^0.1.0"',
    ])
    expect(check({ dependencies: { "@boltodds/state": "workspace:^" } })).toEqual([
      expect.stringContaining("effect must be a peer"),
    ])
    expect(check({ peerDependencies: { effect: "^4.0.0" } })).toEqual([
      'the range of effect must be "^4.1.0": it is "^4.0.0"',
    ])
    expect(check({ dependencies: { effect: "^4.1.0" } })).toEqual(["effect must be a peer, not a dependency"])
  })
})

describe("the README of a package", () => {
  const place = {
    folder: "packages/state",
    address: "https://example.com/a/b",
    ref: "v1.0.0",
    exists: (path: string) => path === "docs/session.md" || path === "packages/state/test" || path === "README.md",
  }

  it("leads to the repository where it is packed: links and pictures, and nothing in code", () => {
    const text = "[a](../../docs/session.md#gaps) [`b`](./test) ![c](../../README.md) [d](https://x.org) [e](#own)\n" +
      "```md\n[f](../../docs/session.md)\n```\n"
    expect(packedReadme(text, place)).toEqual({
      missing: [],
      text: "[a](https://example.com/a/b/blob/v1.0.0/docs/session.md#gaps) " +
        "[`b`](https://example.com/a/b/blob/v1.0.0/packages/state/test) " +
        "![c](https://example.com/a/b/raw/v1.0.0/README.md) [d](https://x.org) [e](#own)\n" +
        "```md\n[f](../../docs/session.md)\n```\n",
    })
  })

  it("must not link to what is not there, nor in a form that would stay relative", () => {
    const problems = (text: string) => readmeProblems(text, place.folder, place.address, place.exists)
    expect(problems("[a](../../docs/session.md)\n")).toEqual([])
    expect(problems("[a](../gone.md)\n")).toEqual(["README.md: the link to ../gone.md leads nowhere"])
    expect(problems("[a](../../../outside.md)\n")).toEqual(["README.md: the link to ../../../outside.md leads nowhere"])
    expect(problems("[a]: ../../docs/session.md\n")).toEqual([
      expect.stringContaining("stays relative when it is packed"),
    ])
    expect(problems('<a href="../../docs/session.md">a</a>\n')).toEqual([expect.stringContaining("stays relative")])
    expect(relativeLinks("`[a](./b)` is code\n")).toEqual([])
  })
})
