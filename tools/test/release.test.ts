import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { newestVersion, nextVersion, readChangeset, section, withSection } from "../release/changelog.ts"
import { inOrder, runTool } from "../release/pack.ts"
import { published } from "../manifestFields.ts"
import { root } from "../workspace.ts"

const changeset = (name: string, head: string, text: string) => readChangeset(name, `---\n${head}\n---\n\n${text}\n`)

describe("a version", () => {
  it("takes the second number before 1.0.0 for what is new or breaks something, the third for repairs", () => {
    expect(nextVersion("0.0.0", ["patch", "minor"])).toBe("0.1.0")
    expect(nextVersion("0.1.3", ["major"])).toBe("0.2.0")
    expect(nextVersion("0.1.3", ["patch"])).toBe("0.1.4")
    expect(nextVersion("1.2.3", ["minor", "major"])).toBe("2.0.0")
    expect(nextVersion("1.2.3", ["minor"])).toBe("1.3.0")
    expect(() => nextVersion("1.2.3", [])).toThrow("no changeset waits")
  })

  it("of what waits in this repository is 0.1.0 or later", () => {
    const names = readdirSync(join(root, ".changeset")).filter((name) => name.endsWith(".md") && name !== "README.md")
    const waiting = names.map((name) => readChangeset(name, readFileSync(join(root, ".changeset", name), "utf8")))
    if (waiting.length === 0) return
    const [first] = published()
    expect(nextVersion(first!.manifest.version, waiting.map(({ step }) => step))).toMatch(
      /^(?:0\.[1-9]\d*|[1-9]\d*\.\d+)\.\d+$/,
    )
  })
})

describe("the changelog", () => {
  const command = changeset("a.md", '"boltodds-pipe": minor\n"@boltodds/state": minor', "A flag.\n\n- one\n- two")
  const breaking = changeset("b.md", '"boltodds-pipe": major', "A flag is gone.")
  const library = changeset("c.md", '"@boltodds/odds": patch', "A formula.")

  it("has a section for each version, what breaks something first", () => {
    const first = section("0.1.0", "2026-12-01", [library], undefined)
    const second = section("0.2.0", "2026-12-02", [command, library, breaking], undefined)
    const log = withSection(withSection(undefined, first), second)
    expect(log).toBe(
      "# Changelog\n\nAll packages have one version.\n\n## 0.2.0 (2026-12-02)\n\n### The command\n\n" +
        "- **Breaks something.** A flag is gone.\n\n- A flag.\n\n  - one\n  - two\n\n### Packages\n\n- A formula.\n\n" +
        "## 0.1.0 (2026-12-01)\n\n### Packages\n\n- A formula.\n",
    )
    expect(newestVersion(log)).toBe("0.2.0")
  })

  it("has the text of the notes, where there are some", () => {
    expect(section("0.1.0", "2026-12-01", [command], "The first version.\n")).toBe(
      "## 0.1.0 (2026-12-01)\n\nThe first version.\n",
    )
  })

  it("refuses a changeset that it cannot read", () => {
    expect(() => readChangeset("x.md", "no head")).toThrow("x.md")
    expect(() => changeset("x.md", '"a": huge', "")).toThrow("huge")
  })
})

describe("publishing", () => {
  it("goes from what is depended on to what depends", () => {
    const names = inOrder(published()).map(({ name }) => name)
    expect(names).toHaveLength(published().length)
    for (const { name, manifest } of published()) {
      for (const other of Object.keys(manifest.dependencies ?? {}).filter((other) => names.includes(other))) {
        expect(names.indexOf(other), `${other} before ${name}`).toBeLessThan(names.indexOf(name))
      }
    }
  })
})

describe("a release in a clone", () => {
  // Minutes, and the network: `pnpm check --long --only long:release`.
  it.runIf(process.env["RELEASE"] === "clone")(
    "makes a version whose check is green, and packs what would be published",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "boltodds-release-"))
      const clone = join(folder, "clone")
      const within = (command: string, ...args: ReadonlyArray<string>): string =>
        runTool(command, args, { cwd: clone, env: { PATH: process.env["PATH"] ?? "" } })
      try {
        runTool("git", [
          "clone",
          "--quiet",
          "--branch",
          runTool("git", ["branch", "--show-current"]).trim(),
          root,
          clone,
        ])
        within("git", "branch", "--force", "main", "HEAD")
        within("git", "switch", "--quiet", "--create", "release")
        within("git", "config", "user.email", "release@example.com")
        within("git", "config", "user.name", "Release")
        within("pnpm", "install", "--frozen-lockfile", "--prefer-offline")
        expect(within("node", "tools/release/version.ts")).toMatch(/^0\.1\.0: \d+ packages, \d+ changesets\n$/)
        expect(within("git", "status", "--porcelain", "pnpm-lock.yaml")).toBe("")
        within("git", "add", "--all")
        within("git", "commit", "--quiet", "--message", "Version 0.1.0")
        within("pnpm", "build")
        within("node", "tools/check.ts", "--only", "format,manifests,changesets,api,prose,tracked")
        const said = within("node", "tools/release/publish.ts")
        for (const { name } of published()) expect(said).toContain(`${name} 0.1.0: would be published to npm\n`)
        expect(said).toContain("Would be published to JSR\n")
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  )
})
