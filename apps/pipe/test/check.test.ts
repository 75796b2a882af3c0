import { startSimulator } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { runPipe } from "@boltodds/testing/PipeProcess"
import { Receiver } from "@boltodds/testing/Receiver"

const secret = "whsec_dGhpcyBpcyBhIHNlY3JldCBvZiB0aGUgdGVzdCE="

describe("check", { concurrent: true }, () => {
  it("says what a right configuration is, and opens nothing", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: { seed: 3 } }",
      "sinks: { screen: { stdout: {}, emit: changes }, log: { file: { path: sub/log.ndjson } } }",
    )
    expect(await runPipe(["check", folder.file])).toEqual({
      code: 0,
      signal: null,
      stdout: `${folder.file}: OK, 2 sinks\n  writes    sub/log.ndjson (log)\n`,
      stderr: "",
    })
    expect(folder.has("sub")).toBe(false)
  })

  it("shows six mistakes of six kinds, each at its place and with what to do, and ends with 78", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: { sport: [NBA] } }", // an unknown option
      "sinks:",
      "  screen: { stdout: {}, emit: chnages, where: odds > 1 }", // an unknown name
      "  hook:",
      "    webhook: { url: 'https://example.com/${HOOK_PATH}', unsigned: true }", // a variable that is not set
      "    where: odds > '150'", // an expression of two types
      "    lane: { max_age: 5 seconds }", // an invalid value
      "  log: { file: { path: x.ndjson }, emit: quotes, processors: [dedupe] }", // what does not fit together
    )
    const { code, stdout, stderr } = await runPipe(["check", folder.file])
    const file = folder.file
    expect({ code, stdout }).toEqual({ code: 78, stdout: "" })
    expect(stderr).toBe(
      `boltodds-pipe: Cannot use ${file}: it has 6 mistakes
${file}:2:24: Cannot use \`sport\`: source \`simulator\` has no such option
  2 | source: { simulator: { sport: [NBA] } }
                             ^^^^^
  → did you mean \`sports\`?
${file}:4:31: Unknown emit \`chnages\`
  4 |   screen: { stdout: {}, emit: chnages, where: odds > 1 }
                                    ^^^^^^^
  → did you mean \`changes\`?
${file}:6:42: Cannot fill in \`\${HOOK_PATH}\`: the variable HOOK_PATH is not set
  6 |     webhook: { url: **********************************, unsigned: true }
                                               ^^^^^^^^^^^^
  → set it, or write a default: \`\${HOOK_PATH:-…}\`; did you mean PATH?
${file}:7:12: Cannot use this expression: no such overload: number > string
  7 |     where: odds > '150'
                 ^^^^^^^^^^^^
  → compare and combine values of one type; texts stand in quotes
${file}:8:22: Cannot use \`max_age\`: expected a duration such as 500ms, 15s, 1m30s; got "5 seconds"
  8 |     lane: { max_age: 5 seconds }
                           ^^^^^^^^^
  → write a duration such as 500ms, 15s, 1m30s
${file}:9:63: Cannot use the processor \`dedupe\` with \`emit: quotes\`: it cannot process these records
  9 |   log: { file: { path: x.ndjson }, emit: quotes, processors: [dedupe] }
                                                                    ^^^^^^
  → write \`emit: changes\`, or remove it
`,
    )
  })

  it("names a plug-in that is not there by its place, and says nothing of this program", async () => {
    const folder = new PipelineFolder(
      "plugins: [./mine.ts, none-of-that-name]",
      "source: simulator",
      "sinks: { a: stdout }",
    )
    const { code, stderr } = await runPipe(["check", folder.file])
    expect(code).toBe(78)
    expect(stderr).toContain(`2:11: Cannot load the plug-in ./mine.ts: there is no file ${folder.at("mine.ts")}\n`)
    expect(stderr).toContain(
      "2:22: Cannot load the plug-in none-of-that-name: Cannot find module 'none-of-that-name'\n",
    )
    expect(stderr).not.toMatch(/[a-z]\.js\b/)
  })

  it.each([
    ["a file that is not there", "/nowhere/pipeline.yaml", "there is no such file. Check its name."],
    ["a folder", "/", "it is a folder. Name the file in it."],
  ])("says what is wrong with %s", async (_, path, why) => {
    expect(await runPipe(["check", path])).toMatchObject({
      code: 78,
      stderr: `boltodds-pipe: Cannot read the configuration ${path}: ${why}\n`,
    })
  })

  it("without a file is a mistake of the command line", async () => {
    const { code, stderr } = await runPipe(["check"])
    expect(code).toBe(64)
    expect(stderr).toContain("write boltodds-pipe check FILE")
  })

  it("--resolved shows all defaults and no secret, wherever that came from", async () => {
    const folder = new PipelineFolder(
      "source: { feed: { key: { env: MY_KEY }, sports: [NBA] } }",
      "sinks:",
      "  one: { webhook: { url: 'https://u:passw0rd@example.com/abc', secret: { env: SECRET } } }",
      "  two: { webhook: { url: '${URL:-https://example.com/defau1t}', secret: '${SECRET}' } }",
      "  three: { webhook: { url: 'https://example.com/${SECRET}', unsigned: true, headers: { x: '${NONE:-t0ken}' } } }",
    )
    const env = { MY_KEY: "k3y-of-mine", SECRET: secret, URL: "https://example.com/fr0m-env" }
    const { code, stdout, stderr } = await runPipe(["check", folder.file, "--resolved"], { env })
    expect(code).toBe(0)
    expect(stdout).toContain("overflow: coalesce")
    expect(stdout).toContain("secret: ${SECRET}\n")
    expect(stdout).toContain("url: ${URL:-***}\n")
    expect(stdout).toContain("sports:\n      - NBA\n")
    for (const text of [stdout, stderr]) {
      expect(text).not.toMatch(/k3y-of-mine|passw0rd|defau1t|fr0m-env|t0ken|dGhpcyBp|example\.com\/abc/)
    }
  })

  it("--connect tries the key and looks up every name of the feed and of conditions, near misses named, with 78", async () => {
    const simulator = await startSimulator({ key: "a-key-of-the-test", world: { games: 6, sports: ["NBA", "MLB"] } })
    const folder = new PipelineFolder(
      `source: { feed: { url: '${simulator.url}', sportsbooks: [draftkings, draftking, "\${HIDDEN}"] } }`,
      "sinks: { a: { stdout: {}, emit: changes, where: 'sport == \"NBB\"' } }",
    )
    const env = { BOLTODDS_API_KEY: "a-key-of-the-test", HIDDEN: "what-a-variable-holds" }
    const right = await runPipe(["check", folder.file, "--connect", "--log-level", "error"], { env })
    const lines = right.stdout.split("\n").filter((line) => !line.startsWith("  "))
    expect(lines[1]).toContain("feed (source): ok: connected to 127.0.0.1:")
    expect(right.stdout).toContain("feed (source): FAILED: no sportsbook `draftking`; did you mean `draftkings`?")
    expect(right.stdout).toContain("feed (source): FAILED: no sportsbook `${HIDDEN}`")
    expect(right.stdout + right.stderr).not.toContain("what-a-variable-holds")
    expect(right.stdout).toContain("feed (source): FAILED: in a condition of a: no sport `NBB`; did you mean `NBA`?")
    expect(right.code).toBe(78)
    const wrong = await runPipe(["check", folder.file, "--connect", "--log-level", "error"], {
      env: { BOLTODDS_API_KEY: "another-key-of-it", HIDDEN: "what-a-variable-holds" },
    })
    await simulator.stop()
    expect(wrong.code).toBe(77)
    expect(wrong.stdout + wrong.stderr).not.toContain("another-key-of-it")
  })

  it("--connect asks each sink; a webhook gets a test event, and one that does not answer ends with 74", async () => {
    const types: Array<string> = []
    const receiver = new Receiver(({ body }, response) => {
      types.push(JSON.parse(body).type)
      response.writeHead(204).end()
    })
    await receiver.up()
    const hook = (address: string) => `webhook: { url: '${address}', secret: { env: SECRET }, allow_private: true }`
    const folder = new PipelineFolder(
      "source: simulator",
      `sinks: { hook: { ${hook(receiver.url)} }, log: { file: { path: log.ndjson } }, gone: { ${
        hook("http://127.0.0.1:1/")
      } } }`,
    )
    const { code, stdout, stderr } = await runPipe(["check", folder.file, "--connect", "--log-level", "error"], {
      env: { SECRET: secret },
    })
    await receiver.down()
    expect(stdout.split("\n").slice(1, -1).filter((line) => !line.startsWith("  "))).toEqual([
      "hook (webhook): ok",
      "log (file): ok",
      "gone (webhook): FAILED: Cannot post to http://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1; see whether it is up",
    ])
    expect({ code, stderr }).toEqual({ code: 74, stderr: "boltodds-pipe: Cannot reach gone\n" })
    expect(types).toEqual(["boltodds.test"])
  })
})
