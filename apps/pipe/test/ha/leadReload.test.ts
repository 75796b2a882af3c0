/** What a reload does in a process that leads, loses its lease and leads again. */
import { type CheckedPipeline, loadPipeline, type OpenSource } from "@boltodds/config"
import { makeRegistry } from "@boltodds/parts"
import type { Route, Running } from "@boltodds/pipeline"
import { type Sink, SinkError } from "@boltodds/sink"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { onHangup } from "../../src/commands/run/reload.ts"
import type { CommandLog } from "../../src/log/Log.ts"
import { makeTurnWatch } from "../../src/process/TurnWatch.ts"
import { runPipeline } from "../../src/streaming/runPipeline.ts"

const folder = temporaryFolder()
const file = (name: string): string => `{ file: { path: "${join(folder, name)}.ndjson" } }`
const more = `more: ${file("more")}`
const registry = await makeRegistry({ endsWhen: () => {} })
const checked = (sinks: string): Promise<CheckedPipeline> =>
  Effect.runPromise(
    loadPipeline(`version: 1\nsource: simulator\nsinks: { a: ${file("a")}, b: ${file("b")}, ${sinks} }`, {
      file: "pipeline.yaml",
      registry,
      env: {},
    }),
  )

/** A process with a configuration, and its log. */
class Reloading {
  readonly logged: Array<string> = []
  readonly added: Array<string> = []
  readonly taken: Array<CheckedPipeline> = []
  next: Promise<CheckedPipeline>
  readonly hangup: ReturnType<typeof onHangup>
  readonly log: CommandLog = {
    log: (_, message) => void this.logged.push(message),
    format: "human",
    level: "info",
    beforeEach: () => {},
    layer: Layer.empty,
  }

  constructor(first: CheckedPipeline) {
    this.next = Promise.resolve(first)
    this.hangup = onHangup(() => this.next, first, this.log, makeTurnWatch(this.log), (next) => {
      this.taken.push(next)
    })
  }

  /** A run begins to which no sink can be added. */
  run(): void {
    const running = {
      reopen: Effect.succeed([]),
      add: (route: Route) =>
        Effect.suspend(() => {
          this.added.push(route.name)
          return Effect.fail(new SinkError({ rest: "disable", cause: new Error("no") }))
        }),
    }
    this.hangup.onRunning(running as unknown as Running, {} as OpenSource, "01J00000000000000000000001", undefined)
  }

  /** A SIGHUP comes; returns once the log has something about it that contains this. */
  async reload(next: string, said: string): Promise<void> {
    this.next = checked(next)
    const before = this.logged.length
    process.emit("SIGHUP", "SIGHUP")
    await expect.poll(() => this.logged.slice(before).join("\n")).toContain(said)
  }
}

describe("a reload in a process with a lease", () => {
  let process: Reloading | undefined
  afterEach(() => process?.hangup.stop())

  it("puts the guard of the lead around the sinks that it opens", async () => {
    const pipeline = await checked("")
    process = new Reloading(pipeline)
    const { log, hangup: { onRunning } } = process
    let guarded = 0
    const over = Deferred.makeUnsafe<string>()
    const lead = {
      over: Deferred.await(over),
      whyOver: () => undefined,
      around: (sink: Sink<never>) => {
        guarded++
        return sink
      },
      drainWithin: () => undefined,
    }
    const isRunning = Deferred.makeUnsafe<void>()
    const ended = runPipeline(pipeline, {
      log,
      lead,
      hangup: "elsewhere",
      onRunning: (...running) => {
        onRunning(...running)
        Deferred.doneUnsafe(isRunning, Exit.void)
      },
    })
    await Effect.runPromise(Deferred.await(isRunning))
    expect(guarded).toBe(2)
    await process.reload(more, "reload: The sink more is added")
    await expect.poll(() => existsSync(join(folder, "more.ndjson.part"))).toBe(true)
    expect(guarded).toBe(3)
    Deferred.doneUnsafe(over, Exit.succeed("the lease has ended"))
    await ended
  })

  it("leaves nothing pending for the next run: that opens all of the configuration itself", async () => {
    process = new Reloading(await checked(""))
    process.run()
    await process.reload(more, "more: no; fix it and send SIGHUP again")
    process.hangup.onEnded()
    process.run()
    await process.reload(more, "reloaded: nothing has changed")
    expect(process.added).toEqual(["more"])
  })

  it("takes over nothing where the run ends while the file is read", async () => {
    process = new Reloading(await checked(""))
    process.run()
    const { hangup } = process
    const next = checked(more)
    const reloading = process.reload(more, "the run has ended; send SIGHUP again")
    process.next = next.then((pipeline) => {
      hangup.onEnded()
      return pipeline
    })
    await reloading
    expect(process.added).toEqual([])
  })

  it("of a standby is for the next lead, and is refused where the lease is another one", async () => {
    process = new Reloading(await checked(""))
    const { hangup, taken } = process
    await process.reload(more, "SIGHUP is ignored: the pipeline is not running yet")
    hangup.onWaiting(true)
    await process.reload(more, "reloaded: this process uses it once it leads")
    expect(taken.map(({ sinks }) => sinks.map(({ name }) => name))).toEqual([["a", "b", "more"]])
    await process.reload(more, "reloaded: nothing has changed")
    await process.reload("}\nlease: { nats: { name: other }", "The lease is another one: this needs a restart")
    expect(taken).toHaveLength(1)
    // It leads while the file is read: what runs has the one before.
    const next = checked("")
    const reloading = process.reload("", "this process leads now; send SIGHUP again")
    process.next = next.then((pipeline) => {
      hangup.onWaiting(false)
      return pipeline
    })
    await reloading
    expect(taken).toHaveLength(1)
    expect(process.added).toEqual([])
  })
})
