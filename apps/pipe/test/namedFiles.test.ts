/** Keys and secrets in files and pipes: whatever a shell or a container can name. */
import { startSimulator } from "@boltodds/simulator"
import { spawn } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { HookReceiver, hookSecret } from "@boltodds/testing/HookReceiver"
import { cleanEnv, command, type Ended, runPipe } from "@boltodds/testing/PipeProcess"

const key = "sk-named-7e1f0a2b"

const tempFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "boltodds-named-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const feed = async () => {
  const simulator = await startSimulator({ key, rate: 50 })
  onTestFinished(() => simulator.stop())
  return simulator
}

/** A line of a shell in which `"$PIPE"` is the command. */
const shell = (line: string, env: Readonly<Record<string, string>>): Promise<Ended> =>
  new Promise((resolve) => {
    const pipe = command.map((word) => `'${word}'`).join(" ")
    const child = spawn("bash", ["-c", line.replaceAll("PIPE", pipe)], { env: cleanEnv(env), stdio: "pipe" })
    let [stdout, stderr] = ["", ""]
    child.stdout.setEncoding("utf8").on("data", (text: string) => void (stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => void (stderr += text))
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }))
  })

const pipelineIn = (folder: string, document: object): string => {
  const path = join(folder, "pipeline.yaml")
  writeFileSync(path, JSON.stringify({ version: 1, run: { count: 5 }, ...document }, undefined, 2))
  return path
}

describe("a key or a secret", () => {
  it("comes out of a pipe of the shell, on the command line and in a configuration", async () => {
    const { url } = await feed()
    const flags = await shell(`PIPE --url ${url} --key-file <(printf ${key}) --count 2`, {})
    expect([flags.code, flags.stdout.trim().split("\n").length > 1]).toEqual([0, true])
    const receiver = new HookReceiver()
    await receiver.up()
    onTestFinished(() => receiver.down())
    const folder = tempFolder()
    const hook = { url: receiver.url, allow_private: true, secret: { file: "/dev/fd/7" } }
    const path = pipelineIn(folder, {
      source: { feed: { url, key_file: "/dev/fd/8" } },
      sinks: { hook: { webhook: hook, emit: "changes" } },
    })
    const ended = await shell(`PIPE run ${path} 7< <(printf '${hookSecret}') 8< <(printf ${key})`, {})
    expect([ended.code, ended.stderr]).toEqual([0, expect.any(String)])
    expect([receiver.deliveries.length > 0, receiver.forged]).toEqual([true, []])
  })

  it("in a file that others can read is warned of, with what to run, and not where nobody else can", async () => {
    const { url } = await feed()
    const folder = tempFolder()
    const [keyFile, secretFile] = [join(folder, "key"), join(folder, "secret")]
    writeFileSync(keyFile, key)
    writeFileSync(secretFile, hookSecret)
    const path = pipelineIn(folder, {
      source: { feed: { url, key_file: "key" } },
      sinks: { hook: { webhook: { url: "https://example.com/", secret: { file: "secret" } }, emit: "changes" } },
    })
    const said = async (mode: number): Promise<ReadonlyArray<string>> => {
      chmodSync(keyFile, mode)
      chmodSync(secretFile, mode)
      const checked = await runPipe(["check", path])
      const streamed = await runPipe(["--url", url, "--key-file", keyFile, "--count", "1", "--log-format", "human"])
      expect([checked.code, streamed.code]).toEqual([0, 0])
      return (checked.stdout + checked.stderr + streamed.stderr).split("\n").filter((line) =>
        line.includes("can read it")
      )
    }
    const found = "every user of this machine can read it (mode 0644)"
    expect(await said(0o644)).toEqual([
      expect.stringContaining(`The file key holds the key: ${found}: run: chmod 600 ${keyFile}`),
      expect.stringContaining(`The file of this secret: ${found}: run: chmod 600 ${secretFile}`),
      expect.stringContaining(`the key file ${keyFile}: ${found}; run: chmod 600 ${keyFile}`),
    ])
    expect(await said(0o600)).toEqual([])
  })
})
