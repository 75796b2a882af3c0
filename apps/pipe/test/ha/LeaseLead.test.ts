/** What a sink may write while a process leads, and after that. */
import type { OpenLease } from "@boltodds/config"
import { type Batch, type Sink, SinkError } from "@boltodds/sink"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { beforeEach, describe, expect, it } from "vitest"
import { LeaseLead } from "../../src/streaming/LeaseLead.ts"

const batch = { id: "1", attempt: 1, envelopes: [] } as unknown as Batch<never>

describe("a lead", () => {
  let isHeld = true
  let written = 0
  let failure: SinkError | undefined
  const lease: OpenLease = {
    acquire: Effect.void,
    holds: () => isHeld,
    lost: Effect.never,
  }
  const sink: Sink<never> = {
    guarantee: "at-least-once",
    write: () =>
      Effect.suspend(() => {
        written++
        return failure === undefined ? Effect.void : Effect.fail(failure)
      }),
  }
  beforeEach(() => {
    isHeld = true
    written = 0
    failure = undefined
  })
  const write = (lead: LeaseLead) => Effect.runPromise(Effect.timeoutOption(lead.around(sink).write(batch), 20))

  it("lets sinks write while the lease holds, and not one batch after that", async () => {
    const lead = new LeaseLead(lease)
    expect((await write(lead))._tag).toBe("Some")
    isHeld = false
    expect((await write(lead))._tag).toBe("None")
    expect(written).toBe(1)
  })

  it("leaves lanes their time to drain while the lease holds, and none after that", () => {
    const lead = new LeaseLead(lease)
    expect(lead.drainWithin(Duration.seconds(5))).toEqual(Duration.seconds(5))
    isHeld = false
    expect(Duration.toMillis(lead.drainWithin(Duration.seconds(5))!)).toBeLessThan(1_000)
    expect(lead.whyOver()).toBe("the lease has ended")
  })

  it("is over when a store refuses a batch because another process wrote", async () => {
    const lead = new LeaseLead(lease)
    failure = new SinkError({
      rest: "disable",
      cause: Object.assign(new Error("the log is another"), { reason: "fenced" }),
    })
    await Effect.runPromise(Effect.flip(lead.around(sink).write(batch)))
    expect(await Effect.runPromise(lead.over)).toBe("the book of the readers is another one: the log is another")
    expect(lead.isFenced).toBe(true)
  })

  it("goes on when a sink fails for another reason", async () => {
    const lead = new LeaseLead(lease)
    failure = new SinkError({ rest: "disable", cause: new Error("no") })
    await Effect.runPromise(Effect.flip(lead.around(sink).write(batch)))
    expect(lead.whyOver()).toBeUndefined()
  })

  it("stays over when the lease is held again: it writes nothing, and its end has come for each later question", async () => {
    let loss = Deferred.makeUnsafe<string>()
    const lead = new LeaseLead({ ...lease, lost: Effect.suspend(() => Deferred.await(loss)) })
    isHeld = false
    Deferred.doneUnsafe(loss, Exit.succeed("another process holds the lease"))
    // The lease of NATS is acquired again as the same object.
    await Effect.runPromise(Effect.yieldNow)
    loss = Deferred.makeUnsafe()
    isHeld = true
    expect((await write(lead))._tag).toBe("None")
    expect(written).toBe(0)
    const ends = [lead.over, lead.over].map((over) => Effect.runPromise(Effect.timeoutOption(over, 20)))
    expect((await Promise.all(ends)).map((end) => end._tag)).toEqual(["Some", "Some"])
    expect(lead.whyOver()).toBe("another process holds the lease")
    const next = new LeaseLead(lease)
    expect((await write(next))._tag).toBe("Some")
  })

  it("stays over where a write found the lease at its end before anything else did", async () => {
    const lead = new LeaseLead(lease)
    isHeld = false
    expect((await write(lead))._tag).toBe("None")
    isHeld = true
    expect((await write(lead))._tag).toBe("None")
    expect(lead.whyOver()).toBe("the lease has ended")
  })
})
