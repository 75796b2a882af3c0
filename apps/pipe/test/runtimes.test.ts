/** What the command says on runtimes that lack something. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { bundled, runPipe } from "@boltodds/testing/PipeProcess"

// The npm package's `deno` is a wrapper that keeps signals for itself.
const deno = spawnSync("deno", ["eval", "console.log(Deno.execPath())"], { encoding: "utf8" }).stdout.trim()
const runDeno = (permissions: ReadonlyArray<string>, args: ReadonlyArray<string>, env = {}) =>
  runPipe(args, { words: [deno, "run", "--quiet", "--no-prompt", ...permissions, bundled], env })

describe("an old Node", () => {
  it("gets one sentence with the version found and wanted, before anything else", () => {
    const lines = readFileSync(bundled, "utf8").split("\n")
    const end = lines.indexOf("}")
    expect(lines[0]).toBe("#!/usr/bin/env node")
    // The guard alone, with an older version in place of this one: the machine may have none.
    const guard = lines.slice(1, end + 1).join("\n")
    const of = (version: string) => {
      const file = join(mkdtempSync(join(tmpdir(), "boltodds-guard-")), "guard.mjs")
      writeFileSync(
        file,
        guard.replace("process.versions.node.split", `"${version}".split`) + '\nconsole.log("past it")',
      )
      return spawnSync(process.execPath, [file], { encoding: "utf8" })
    }
    for (const version of ["18.20.8", "20.20.2", "22.18.0"]) {
      const { status, stdout, stderr } = of(version)
      expect({ status, stdout }).toEqual({ status: 78, stdout: "" })
      expect(stderr).toMatch(/^boltodds-pipe needs Node 22\.19 or newer; this is Node \S+\. Install a newer one.*\n$/)
    }
    for (const version of ["22.19.0", "24.0.0", "26.1.0"]) {
      expect(of(version)).toMatchObject({ status: 0, stdout: "past it\n", stderr: "" })
    }
  })
})

describe("Deno without permissions", () => {
  it.each([
    [[], ["demo"], "--allow-env"],
    [["--allow-env", "--allow-sys"], ["demo"], "--allow-net"],
    [["--allow-env", "--allow-sys"], ["simulate", "--port", "0"], "--allow-net"],
    [["--allow-env", "--allow-sys"], ["check", "pipeline.yaml"], "--allow-read"],
    [["--allow-env", "--allow-sys"], ["--max-attempts", "1"], "--allow-net"],
    [["--allow-env", "--allow-sys"], ["catalog", "sports"], "--allow-net"],
  ])("%j: %j names the flag %s, and the page that lists all", async (permissions, args, flag) => {
    const { code, stdout, stderr } = await runDeno(permissions, args, { BOLTODDS_API_KEY: "sk-permissions-1a2b" })
    expect(stderr).toContain(`run again with the ${flag} flag`)
    expect(stderr).toContain("docs/runtimes.md")
    expect(stderr).not.toContain("This is a bug")
    expect({ code, stdout }).toEqual({ code: expect.toBeOneOf([69, 78]), stdout: "" })
  })

  it("runs with those that docs/runtimes.md names", async () => {
    const page = readFileSync(new URL("../../../docs/runtimes.md", import.meta.url), "utf8")
    const permissions = /^deno run (.*) boltodds-pipe\.js/m.exec(page)![1]!.split(" ")
    const { code, stdout, stderr } = await runDeno(permissions, ["demo", "--count", "2"])
    expect({ code, lines: stdout.trim().split("\n").length > 2 }, stderr).toEqual({ code: 0, lines: true })
  })
})

describe("SQLite", () => {
  it("is loaded by no command that opens no outbox", async () => {
    const folder = mkdtempSync(join(tmpdir(), "boltodds-runtimes-"))
    const path = join(folder, "pipeline.yaml")
    const sinks = "sinks: { a: { stdout: {}, lane: { store: { outbox: {} } } } }"
    writeFileSync(path, `version: 1\nsource: { simulator: {} }\n${sinks}\n`)
    // A Node without SQLite: what loads it would fail.
    const words = [process.execPath, "--no-experimental-sqlite", bundled]
    const checked = await runPipe(["check", path], { words })
    expect(checked.stderr).not.toContain("SQLite")
    const streamed = await runPipe(["demo", "--count", "1"], { words })
    expect(streamed).toMatchObject({ code: 0 })
  })
})
