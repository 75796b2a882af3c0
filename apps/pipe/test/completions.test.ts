import { runPipe } from "@boltodds/testing/PipeProcess"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { manPage } from "../src/commandLine/manPage.ts"
import { completionsFor } from "../src/commands/completions/run.ts"
import { commands } from "../src/program.ts"

const program = "boltodds-pipe"
const has = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0

/** What bash offers at the end of a line, sorted. */
const offered = (line: string): ReadonlyArray<string> => {
  const words = line.split(" ")
  const script = [
    completionsFor("bash", program, commands),
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})`,
    `COMP_CWORD=${words.length - 1}`,
    "_boltodds_pipe",
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join("\n")
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" })
  expect([status, stderr]).toEqual([0, ""])
  return stdout.split("\n").filter((word) => word !== "").toSorted()
}

describe("the completions", () => {
  it("in bash: commands, flags of a command, the values that a flag can have, the words of a command", () => {
    const names = commands.map(({ name }) => name).filter((name) => name !== "")
    expect(offered("boltodds-pipe ")).toEqual([...names, "help", "version"].toSorted())
    expect(offered("boltodds-pipe s")).toEqual(names.filter((name) => name.startsWith("s")).toSorted())
    expect(offered("boltodds-pipe --sport")).toEqual(expect.arrayContaining(["--sport", "--sportsbook"]))
    expect(offered("boltodds-pipe demo --cut")).toEqual(["--cut-after"])
    expect(offered("boltodds-pipe run --cut")).toEqual([])
    expect(offered("boltodds-pipe --log-level ")).toEqual(["debug", "error", "info", "none", "warn"])
    expect(offered("boltodds-pipe demo --log-level = d")).toEqual(["debug"])
    expect(offered("boltodds-pipe --sport ")).toEqual([])
    expect(offered("boltodds-pipe schema c")).toEqual(["changes", "closing", "config"])
    expect(offered("boltodds-pipe help sim")).toEqual(["simulate"])
  })

  it.each(["zsh", "fish"] as const)("for %s name every command and every flag", (shell) => {
    const script = completionsFor(shell, program, commands)
    for (const { name, flags } of commands) {
      if (name !== "") expect(script).toMatch(new RegExp(`\\b${name}\\b`))
      for (const flag of flags.flatMap((group) => group.flags)) {
        expect(script).toContain(shell === "zsh" ? `--${flag.name}[` : `-l ${flag.name}`)
      }
    }
  })

  it.each(["bash", "zsh", "fish"] as const)("are a script that %s can read, where there is one", (shell) => {
    if (!has(shell)) return
    const file = join(temporaryFolder(), "completions")
    writeFileSync(file, completionsFor(shell, program, commands))
    const { status, stderr } = spawnSync(shell, ["-n", file], { encoding: "utf8" })
    expect([status, stderr]).toEqual([0, ""])
  })

  it("are printed by a command, which refuses shells that it does not know", async () => {
    expect(await runPipe(["completions", "bash"])).toMatchObject({
      code: 0,
      stdout: completionsFor("bash", program, commands),
    })
    expect(await runPipe(["completions", "tcsh"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("write one of bash, zsh, fish"),
    })
  })
})

describe("the manual page", () => {
  const file = new URL("../man/boltodds-pipe.1", import.meta.url)
  const page = manPage(program, commands)

  it("is current: UPDATE_MAN=1 pnpm vitest run apps/pipe/test/completions writes it anew", () => {
    if (process.env["UPDATE_MAN"] !== undefined) {
      mkdirSync(new URL(".", file), { recursive: true })
      writeFileSync(file, page)
    }
    expect(readFileSync(file, "utf8")).toBe(page)
  })

  it("is a page that man can show without a warning, where there is one", () => {
    if (!has("groff")) return
    const { status, stdout, stderr } = spawnSync("groff", ["-man", "-ww", "-Kutf8", "-Tutf8", "-z"], {
      input: page,
      encoding: "utf8",
    })
    expect([status, stdout, stderr]).toEqual([0, "", ""])
  })
})

describe("help and version as words", () => {
  it("say what the flags say", async () => {
    const { stdout } = await runPipe(["--version"])
    expect(await runPipe(["version"])).toMatchObject({ code: 0, stdout })
    expect((await runPipe(["help"])).stdout).toBe((await runPipe(["--help"])).stdout)
  })

  it("of a command that does not exist name the one that is near", async () => {
    expect(await runPipe(["help", "simulat"])).toMatchObject({
      code: 64,
      stdout: "",
      stderr: expect.stringContaining("Did you mean boltodds-pipe help simulate?"),
    })
  })
})
