import { describe, expect, it } from "vitest"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"
import { Receiver } from "@boltodds/testing/Receiver"

/** A receiver that keeps the numbers of the records it accepts. */
class SeqReceiver extends Receiver {
  readonly seqs: Array<number> = []
  /** Whether it refuses bodies with a change; it always accepts controls. */
  isRefusing = false

  constructor() {
    super(({ body }, response) => {
      const { records } = JSON.parse(body)
      const isRefused = this.isRefusing && records.some((record: object) => "change" in record)
      if (!isRefused) this.seqs.push(...records.map(({ seq }: { seq: number }) => seq))
      response.writeHead(isRefused ? 400 : 204).end()
    })
  }
}

const startReceiver = async (): Promise<SeqReceiver> => {
  const receiver = new SeqReceiver()
  await receiver.up()
  return receiver
}

/** `run` ends by itself after so many changes. */
const durable = (url: string, run: string) =>
  new PipelineFolder(
    "source: { simulator: { seed: 7, rate: 50 } }",
    "sinks:",
    `  hook: { webhook: { url: "${url}", unsigned: true, profile: durable, allow_private: true }, emit: changes }`,
    `run: ${run}`,
  )

const quiet = ["--log-level", "none"]

describe("outbox", { concurrent: true }, () => {
  it("list shows the waiting records during a run and after it; the next run delivers them first", async () => {
    const folder = durable("http://127.0.0.1:1/", "{ drain_within: 0s }")
    const pipe = new PipeProcess(["run", folder.file])
    await pipe.until(({ stderr }) => stderr.includes("ECONNREFUSED"))
    const path = folder.at("outbox/hook.sqlite")
    const beside = await runPipe(["outbox", "list", path])
    expect(beside.stdout).toContain(`in use by process ${pipe.child.pid}\n`)
    expect(beside.stdout).toMatch(/^ {2}in flight {5}\d+, .* old$/m)
    expect(beside.stdout).toMatch(/^ {2}dead letters {2}none$/m)
    pipe.kill("SIGTERM")
    const ended = await pipe.ended
    expect(ended.code).toBe(75)
    expect(ended.stderr).toMatch(/Stopped with \d+ records undelivered: hook did not take \d+ within 0 s/)
    const count = Number(/Stopped with (\d+)/.exec(ended.stderr)![1])

    const behind = JSON.parse((await runPipe(["outbox", "list", path, "--json"])).stdout)
    expect(behind.running).toBe(false)
    expect(behind.waiting.records + behind.taken.records).toBe(count)

    const server = await startReceiver()
    const { url, seqs } = server
    folder.write(
      "source: { simulator: { seed: 7 } }",
      "sinks:",
      `  hook: { webhook: { url: "${url}", unsigned: true, profile: durable, allow_private: true }, emit: changes }`,
    )
    const next = new PipeProcess(["run", folder.file])
    await next.until(({ stderr }) => stderr.includes(`${count} records of an earlier run from the outbox`))
    await folder.until(() => seqs.length > count)
    next.kill("SIGTERM")
    expect((await next.ended).code).toBe(0)
    await server.down()
    expect(seqs.slice(0, count)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
    expect((await runPipe(["outbox", "list", path])).stdout).toContain("  waiting       none\n  in flight     none\n")
  })

  it("redrive puts dead letters back, and drop removes them; neither beside a run, nor without a choice", async () => {
    const receiver = await startReceiver()
    receiver.isRefusing = true
    const folder = durable(receiver.url, "{ count: 40 }")
    const path = folder.at("outbox/hook.sqlite")
    const refused = await runPipe(["run", folder.file])
    expect(refused.code).toBe(75)
    expect(refused.stderr).toMatch(/hook lost \d+ on the way/)
    const listed = await runPipe(["outbox", "list", path, "--limit", "2"])
    expect(listed.stdout).toMatch(/^ {2}dead letters {2}\d+, /m)
    expect(listed.stdout).toMatch(/400/)
    expect(listed.stdout).toMatch(/^ {2}more: --after \d+$/m)
    const [, id] = /^ {2}(\d+) {2}/m.exec(listed.stdout)!

    expect(await runPipe(["outbox", "redrive", path])).toMatchObject({ code: 64 })
    expect(await runPipe(["outbox", "drop", path, "--id", "x"])).toMatchObject({ code: 64 })
    expect(await runPipe(["outbox", "drop", path, "--id", id!])).toMatchObject({
      code: 0,
      stdout: "one dead letter is gone\n",
    })
    const redriven = await runPipe(["outbox", "redrive", path, "--all", "--superseded"])
    expect(redriven).toMatchObject({ code: 0 })
    expect(redriven.stdout).toMatch(/^\d+ dead letters wait again, and are delivered when the pipeline runs\n$/)
    const count = Number(/^\d+/.exec(redriven.stdout)![0])

    receiver.isRefusing = false
    receiver.seqs.length = 0
    const pipe = new PipeProcess(["run", folder.file, ...quiet])
    await folder.until(() => receiver.seqs.length >= count)
    const beside = await runPipe(["outbox", "drop", path, "--all"])
    // The run may have ended by itself meanwhile.
    if (pipe.child.exitCode === null) expect(beside.code).toBe(74)
    // One letter was dropped for good, and a run with a count sends no resnapshot.
    expect(await pipe.ended).toMatchObject({
      code: 75,
      stderr: expect.stringContaining("hook lost records in an earlier run, and no resnapshot has followed yet"),
    })
    await receiver.down()
    expect((await runPipe(["outbox", "list", path])).stdout).toContain("  dead letters  none\n")
  })

  it("says that there is no outbox, or that a file is not one", async () => {
    const folder = new PipelineFolder()
    expect(await runPipe(["outbox", "list", folder.at("no.sqlite")])).toMatchObject({ code: 64 })
    const { code, stderr } = await runPipe(["outbox", "list", folder.file])
    expect(code).toBe(74)
    expect(stderr).toContain("it is no SQLite database")
    expect(await runPipe(["outbox", "lsit", folder.file])).toMatchObject({ code: 64 })
  })
})
