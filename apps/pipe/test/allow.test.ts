/** What a configuration file alone cannot do. */
import { writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { runPipe } from "@boltodds/testing/PipeProcess"

const noPermission = { BOLTODDS_ALLOW: "" }

/** A file whose plug-in writes a file of its own when its code runs. */
const withPlugin = (): PipelineFolder => {
  const folder = new PipelineFolder(
    "plugins: [./mine.mjs]",
    "source: { simulator: { rate: 50 } }",
    "sinks: { mine: { mine: { token: T0KENabc }, emit: changes, processors: [theirs] }, screen: { stdout: {} } }",
    "run: { count: 1 }",
  )
  writeFileSync(
    folder.at("mine.mjs"),
    `import { writeFileSync } from "node:fs"\nwriteFileSync(${JSON.stringify(folder.at("ran"))}, "")\n`,
  )
  return folder
}

describe("the modules of a file", { concurrent: true }, () => {
  it.each(["run", "check"])("are not run by %s without permission, and the refusal says what to set", async (name) => {
    const folder = withPlugin()
    const { code, stderr } = await runPipe([name, folder.file], { env: noPermission })
    expect(code).toBe(78)
    expect(stderr).toContain(
      "Cannot run the plug-in ./mine.mjs: its code would run with your rights, and only a file names it",
    )
    expect(stderr).toContain("→ if you trust this file, allow it: --allow plugins, or BOLTODDS_ALLOW=plugins")
    expect(stderr).toContain("it has one mistake")
    expect(folder.has("ran")).toBe(false)
  })

  it.each([
    ["the command line", ["--allow", "plugins"], noPermission],
    ["one of several words", ["--allow", "private,plugins"], noPermission],
    ["the environment", [], { BOLTODDS_ALLOW: "insecure plugins" }],
  ])("run where %s allows it", async (_, flags, env) => {
    const folder = withPlugin()
    const { code } = await runPipe(["check", folder.file, ...flags], { env })
    expect(folder.has("ran")).toBe(true)
    // It exports no plug-in: that much is known only once it was loaded.
    expect(code).toBe(78)
  })

  it("are left out by check --no-plugins, which checks everything else and shows nothing of their options", async () => {
    const folder = withPlugin()
    const flags = ["--no-plugins", "--resolved", "--log-format", "human"]
    const { code, stdout, stderr } = await runPipe(["check", folder.file, ...flags], { env: noPermission })
    expect(code, stderr).toBe(0)
    expect(stderr).toContain("Not checked: the plug-in ./mine.mjs")
    expect(stdout).toContain('mine: "***"')
    expect(stdout + stderr).not.toContain("T0KENabc")
    expect(folder.has("ran")).toBe(false)
    folder.write(
      "plugins: [./mine.mjs]",
      "source: { simulator: { rat: 50 } }",
      "sinks: { mine: { mine: { token: T0KENabc }, emit: changes, lane: { overflow: coalese } } }",
    )
    const wrong = await runPipe(["check", folder.file, "--no-plugins"], { env: noPermission })
    expect(wrong.code).toBe(78)
    expect(wrong.stderr).toContain("did you mean `rate`?")
    expect(wrong.stderr).toContain("did you mean `coalesce`?")
    expect(wrong.stderr).not.toContain("T0KENabc")
  })
})

const hook = (options: string): string => `sinks: { hook: { webhook: { unsigned: true, ${options} }, emit: changes } }`

describe("addresses and encryption", { concurrent: true }, () => {
  it.each([
    ["allow_private", "private", "source: simulator", hook("url: 'https://hook.internal/', allow_private: true")],
    ["allow_insecure", "insecure", "source: simulator", hook("url: 'http://hook.example/', allow_insecure: true")],
    [
      "insecure",
      "insecure",
      "source: { feed: { url: 'ws://feed.example/api', insecure: true, key: { env: RELAY_KEY } } }",
      "sinks: { screen: { stdout: {} } }",
    ],
  ])("%s of a file counts where --allow %s says so too", async (option, allowance, ...lines) => {
    const folder = new PipelineFolder(...lines)
    const env = { ...noPermission, RELAY_KEY: "sk-relay-3c3c3c" }
    const refused = await runPipe(["check", folder.file], { env })
    expect(refused.code).toBe(78)
    expect(refused.stderr).toMatch(new RegExp(`Cannot use \`${option}\`: .*, and only a file allows it`))
    expect(refused.stderr).toContain(`--allow ${allowance}, or BOLTODDS_ALLOW=${allowance}`)
    expect((await runPipe(["check", folder.file, "--allow", allowance], { env })).code).toBe(0)
    expect((await runPipe(["check", folder.file], { env: { ...env, BOLTODDS_ALLOW: allowance } })).code).toBe(0)
  })

  it("need no permission on this machine", async () => {
    const folder = new PipelineFolder(
      "source: { feed: { url: 'ws://localhost:1/api', insecure: true, key: { env: RELAY_KEY } } }",
      hook("url: 'http://127.0.0.1:8787/', allow_private: true, allow_insecure: true"),
    )
    const env = { ...noPermission, RELAY_KEY: "sk-relay-3c3c3c" }
    expect(await runPipe(["check", folder.file], { env })).toMatchObject({ code: 0 })
  })

  it("are named by check where a file may reach them alone: this machine, and a feed of a private network", async () => {
    const folder = new PipelineFolder(
      "source: { feed: { url: 'wss://10.0.0.5/api', key: { env: RELAY_KEY } } }",
      hook("url: 'http://127.0.0.1:8787/', allow_private: true, allow_insecure: true"),
    )
    const env = { ...noPermission, RELAY_KEY: "sk-relay-3c3c3c" }
    const { code, stdout } = await runPipe(["check", folder.file], { env })
    expect(code).toBe(0)
    expect(stdout).toContain("  contacts  10.0.0.5 (source), with key from RELAY_KEY\n")
    expect(stdout).toContain("  contacts  127.0.0.1:8787 (hook)")
  })

  it("of a private network are not dialed in the clear by a file alone, nor with the key of the environment", async () => {
    const folder = new PipelineFolder(
      "source: { feed: { url: 'ws://10.0.0.5/api', insecure: true, key: { env: RELAY_KEY } } }",
      "sinks: { screen: { stdout: {} } }",
    )
    const env = { ...noPermission, RELAY_KEY: "sk-relay-3c3c3c", BOLTODDS_API_KEY: "sk-mine-4d4d4d" }
    const clear = await runPipe(["check", folder.file], { env })
    expect(clear.code).toBe(78)
    expect(clear.stderr).toContain("--allow insecure")
    folder.write("source: { feed: { url: 'wss://10.0.0.5/api' } }", "sinks: { screen: { stdout: {} } }")
    const mine = await runPipe(["check", folder.file], { env })
    expect(mine.code).toBe(78)
    expect(mine.stderr).toContain("Cannot send the key of BOLTODDS_API_KEY to 10.0.0.5")
  })

  it("a word that allows nothing is refused, on the command line and in the environment", async () => {
    const folder = new PipelineFolder("source: simulator", "sinks: { screen: { stdout: {} } }")
    const flag = await runPipe(["check", folder.file, "--allow", "plugin"], { env: noPermission })
    expect(flag.code).toBe(64)
    expect(flag.stderr).toContain(
      'Cannot use --allow: expected one or more of plugins,private,insecure; got "plugin". Did you mean "plugins"?',
    )
    const variable = await runPipe(["run", folder.file], { env: { BOLTODDS_ALLOW: "all" } })
    expect(variable.code).toBe(64)
    expect(variable.stderr).toContain("Cannot use BOLTODDS_ALLOW: expected one or more of")
  })
})
