/** The key of the environment belongs to a host, and to this program alone. */
import { startSimulator } from "@boltodds/simulator"
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { farFeed } from "./farFeed.ts"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { runPipe } from "@boltodds/testing/PipeProcess"

const key = "sk-belongs-9d9d9d9d"
const host = "feed.example:8443"
const sinks = "sinks: { screen: { stdout: {} } }"
const sentence =
  `Cannot send the key of BOLTODDS_API_KEY to ${host}: it belongs to spro.agency, and only a file names this host`

const check = (source: string, env: Readonly<Record<string, string>> = {}) =>
  runPipe(["check", new PipelineFolder(`source: { feed: { ${source} } }`, sinks).file], {
    env: { BOLTODDS_API_KEY: key, ...env },
  })

describe("the key of the environment", { concurrent: true }, () => {
  it.each([
    ["without a key of its own", `url: 'wss://${host}/api'`],
    ["by the same variable", `url: 'wss://${host}/api', key: { env: BOLTODDS_API_KEY }`],
    ["by the same variable in a text", `url: 'wss://${host}/api', key: '\${BOLTODDS_API_KEY}'`],
    ["in a filter beside a key of its own", `url: 'wss://${host}/api', key: other, sports: ['\${BOLTODDS_API_KEY}']`],
    ["in the address", `url: 'wss://${host}/api?x=\${BOLTODDS_API_KEY}', key: other`],
    ["in capitals", `url: 'wss://FEED.example:8443/api'`],
  ])("is not sent to a host that only a file names, %s", async (_, source) => {
    const { code, stderr } = await check(source)
    expect(code).toBe(78)
    expect(stderr).toContain(sentence)
    expect(stderr).toContain(`→ set BOLTODDS_API_KEY_HOST=${host} if you trust it`)
  })

  it.each([
    ["the address of a webhook", "webhook: { url: 'https://x.example/?v=${BOLTODDS_API_KEY}', unsigned: true }"],
    [
      "a header of it",
      "webhook: { url: 'https://x.example/', unsigned: true, headers: { a: { env: BOLTODDS_API_KEY } } }",
    ],
    ["a record", "stdout: {}, emit: changes, processors: [{ map: { key: '\"${BOLTODDS_API_KEY}\"' } }]"],
    ["the name of a file", "file: { path: '${BOLTODDS_API_KEY}.ndjson' }"],
  ])("does not go into %s", async (_, sink) => {
    const folder = new PipelineFolder("source: simulator", `sinks: { a: { ${sink} } }`)
    const { code, stderr } = await runPipe(["check", folder.file], { env: { BOLTODDS_API_KEY: key } })
    expect(code).toBe(78)
    expect(stderr).toContain("Cannot use the variable BOLTODDS_API_KEY here: it is for `source` alone")
  })

  it("is not sent by a run either", async () => {
    const server = await startSimulator({ key, allowHosts: ["feed.example"] })
    const far = await farFeed(server.url)
    const url = far.env["BOLTODDS_URL"]!
    const folder = new PipelineFolder(`source: { feed: { url: '${url}', insecure: true } }`, sinks)
    const proxy = { HTTP_PROXY: far.env["HTTP_PROXY"]!, BOLTODDS_API_KEY: key }
    const refused = await runPipe(["run", folder.file], { env: proxy })
    expect(refused.code).toBe(78)
    expect(refused.stderr).toContain(`Cannot send the key of BOLTODDS_API_KEY to ${far.host}`)
    expect(server.stats().accepted).toBe(0)
    far.stop()
    await server.stop()
  })

  it.each([
    ["the variable names it", `url: 'wss://${host}/api'`, { BOLTODDS_API_KEY_HOST: `other.example, ${host}` }],
    ["the variable names it without its port", `url: 'wss://${host}/api'`, { BOLTODDS_API_KEY_HOST: "feed.example" }],
    ["BOLTODDS_URL is there too", `url: 'wss://${host}/other'`, { BOLTODDS_URL: `wss://${host}/api` }],
    ["the file names another key", `url: 'wss://${host}/api', key: { env: RELAY_KEY }`, {
      RELAY_KEY: "sk-relay-1a1a1a",
    }],
    ["it is this machine", "url: 'ws://127.0.0.1:8765/api'", {}],
    ["it is the vendor's", "url: 'wss://spro.agency/api'", {}],
  ])("may be sent where %s", async (_, source, env) => {
    const { code, stderr } = await check(source, env as Readonly<Record<string, string>>)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  })

  it.each([
    ["the usual port", "wss://feed.example/api", "feed.example:443"],
    ["the usual port, where the address has it too", "wss://feed.example:443/api", "feed.example"],
    ["another spelling of the name", "wss://feed.example/api", "FEED.Example."],
    ["a name that is not ASCII", "wss://bücher.example/api", "bücher.example"],
    ["a name that is not ASCII, as it goes over the wire", "wss://bücher.example/api", "xn--bcher-kva.example:443"],
    ["an address of IPv6", "wss://[2001:db8::1]/api", "[2001:db8::1]"],
    ["an address of IPv6, with its port", "wss://[2001:db8::1]:8443/api", "[2001:DB8:0::1]:8443"],
    ["an address of IPv6 without brackets", "wss://[2001:db8::1]:8443/api", "2001:db8::1"],
    ["an address of the feed", `wss://${host}/api`, `wss://${host}/api`],
  ])("may be sent where the variable names its host by %s", async (_, url, named) => {
    const { code, stderr } = await check(`url: '${url}'`, { BOLTODDS_API_KEY_HOST: named })
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  })

  it.each([
    ["another port", "wss://feed.example/api", "feed.example:8443"],
    ["the usual port of another scheme", "wss://feed.example/api", "ws://feed.example/api"],
    ["the usual port, and the address has another", "wss://feed.example:8443/api", "feed.example:443"],
    ["a part of the name", "wss://feed.example/api", "example"],
    ["another address of IPv6", "wss://[2001:db8::1]/api", "2001:db8::2"],
    ["nothing", "wss://feed.example/api", ", :443 https:// [ \u0000"],
  ])("is not sent where the variable names %s", async (_, url, named) => {
    const { code, stderr } = await check(`url: '${url}'`, { BOLTODDS_API_KEY_HOST: named.replace("\u0000", "%") })
    expect(code).toBe(78)
    expect(stderr).toContain("Cannot send the key of BOLTODDS_API_KEY to ")
  })

  it("is read from a file in UTF-16, by check as by a run", async () => {
    const folder = new PipelineFolder("source: { feed: { key_file: my.key } }", sinks)
    writeFileSync(folder.at("my.key"), Buffer.from(`\ufeff${key}\r\n`, "utf16le"), { mode: 0o600 })
    expect(await runPipe(["check", folder.file])).toMatchObject({ code: 0, stderr: "" })
    folder.write("source: { feed: { key: { file: my.key } } }", sinks)
    expect(await runPipe(["check", folder.file])).toMatchObject({ code: 0, stderr: "" })
    writeFileSync(folder.at("my.key"), Buffer.from([...Buffer.from(key), 0xe4]), { mode: 0o600 })
    expect((await runPipe(["check", folder.file])).stderr).toContain("its file is not UTF-8 text")
  })

  it("is not in the environment of plug-ins", async () => {
    const spy = fileURLToPath(new URL("fixtures/spySink.ts", import.meta.url))
    const folder = new PipelineFolder(
      `plugins: ["${spy}"]`,
      "source: { simulator: { rate: 50 } }",
      "sinks: { spy: { spy: {}, emit: changes } }",
      "run: { count: 1 }",
    )
    const { code, stderr } = await runPipe(["run", folder.file], {
      env: { BOLTODDS_API_KEY: key, SPY_FILE: folder.at("seen"), NODE_OPTIONS: "--conditions=@boltodds/source" },
    })
    expect(code, stderr).toBe(0)
    const seen = folder.lines("seen")
    expect(seen).toHaveLength(3)
    for (const environment of seen) {
      expect(environment).toContain("XDG_STATE_HOME")
      expect(environment).not.toContain(key)
    }
  })
})
