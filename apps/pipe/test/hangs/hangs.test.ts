/**
 * Nothing waits for ever: whatever a feed server or a proxy does, the first SIGTERM ends the command within its drain time
 * and a little, with the right exit code.
 *
 * `HANG_RUNS` (how many cases; `all` for each once) and `HANG_SEED` choose; `BOLTODDS_PATIENCE` scales the time.
 */
import { readdirSync, readFileSync } from "node:fs"
import { type ExpectStatic, it } from "vitest"
import { patience } from "@boltodds/testing/patience"
import { dice } from "../chaos/random.ts"
import { PipeProcess } from "@boltodds/testing/PipeProcess"
import { badServer, type Manner, manners, type Stage, stages } from "./BadServer.ts"

/** What a command prints before it is stopped matters to nobody here. */
const commands: Readonly<
  Record<string, { readonly args: ReadonlyArray<string>; readonly codes: ReadonlyArray<number | string> }>
> = {
  // 0 where it was connected.
  stream: { args: ["--emit", "changes"], codes: [0, 69] },
  // REST may have failed already: then the signal meets a process that has said so, and is about to end.
  divided: { args: ["--emit", "changes", "--sessions", "2"], codes: [69, "SIGTERM"] },
  latency: { args: ["latency"], codes: [0] },
  // No verdict, or one of what it had seen; the signal may also meet it when it has said all.
  doctor: { args: ["doctor"], codes: [0, 69, "SIGTERM"] },
  // It has nothing to drain: the signal itself ends it, unless an answer did before.
  catalog: { args: ["catalog", "sports"], codes: ["SIGTERM", 69] },
}

interface Case {
  readonly command: string
  readonly stage: Stage
  readonly manner: Manner
  /** From the stage to the signal. */
  readonly waitMillis: number
}

const every: ReadonlyArray<Omit<Case, "waitMillis">> = Object.keys(commands).flatMap((command) =>
  stages.flatMap((stage) => manners.map((manner) => ({ command, stage, manner })))
)
const runs = process.env["HANG_RUNS"] ?? "10"
const seed = Number(process.env["HANG_SEED"] ?? 1)

const cases = (): ReadonlyArray<Case> => {
  const { below, pick } = dice(seed)
  const waitMillis = (): number => below(600)
  if (runs === "all") return every.map((one) => ({ ...one, waitMillis: waitMillis() }))
  return Array.from({ length: Number(runs) }, () => ({
    ...pick(every),
    waitMillis: waitMillis(),
  }))
}

/** Processes whose parent this is. */
const childrenOf = (pid: number): ReadonlyArray<string> =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((name) => {
    try {
      return readFileSync(`/proc/${name}/stat`, "latin1").split(") ")[1]?.split(" ")[1] === String(pid)
    } catch {
      // It ended while we looked.
      return false
    }
  })

/** The end of the command after its first SIGTERM. */
const play = async ({ command, stage, manner, waitMillis }: Case, expect: ExpectStatic): Promise<void> => {
  const server = await badServer(stage, manner)
  const scheme = stage === "tls" ? "wss" : "ws"
  const far = stage === "connect"
  const url = far ? "ws://feed.example:80/api" : `${scheme}://127.0.0.1:${server.port}/api`
  const { args, codes } = commands[command]!
  const pipe = new PipeProcess([...args, "--url", url, ...far ? ["--insecure"] : []], {
    env: { BOLTODDS_API_KEY: "sk-hangs-1a2b3c4d", ...far ? { HTTP_PROXY: `http://127.0.0.1:${server.port}` } : {} },
  })
  try {
    await Promise.race([server.reached, pipe.ended])
    await new Promise((resolve) => setTimeout(resolve, waitMillis))
    const children = childrenOf(pipe.child.pid!)
    pipe.kill("SIGTERM")
    const drain = 10_000
    let timer: NodeJS.Timeout | undefined
    const tooLong = new Promise<"too long">((resolve) => {
      timer = setTimeout(() => resolve("too long"), drain + 2000 * patience())
    })
    const ended = await Promise.race([pipe.ended, tooLong])
    clearTimeout(timer)
    expect(ended, `${pipe.stderr}`).not.toBe("too long")
    if (ended === "too long") return
    expect(codes, ended.stderr).toContain(ended.signal ?? ended.code)
    // A run that was connected has delivered what came; one that never was does not end as if all had gone well.
    if (command === "stream") {
      expect(ended.code, ended.stderr).toBe(ended.stderr.includes('"message":"connected to ') ? 0 : 69)
    }
    for (const child of children) expect(readdirSync("/proc")).not.toContain(child)
  } finally {
    pipe.kill("SIGKILL")
    server.stop()
  }
}

for (const one of cases()) {
  const { command, stage, manner, waitMillis } = one
  // They wait more than they work.
  it.concurrent(
    `ends ${command} on SIGTERM where the server is ${manner} at ${stage} (after ${waitMillis} ms)`,
    ({ expect }) => play(one, expect),
    200_000,
  )
}
