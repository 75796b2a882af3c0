/** A lease on a real server. */
import { type Lease, type LeaseEvent, natsLease, type NatsLeaseOptions } from "@boltodds/nats"
import { hasNats, NatsServer } from "@boltodds/testing/NatsServer"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { setTimeout as sleep } from "node:timers/promises"
import { afterEach, beforeEach, describe, expect, it } from "vitest"

describe.skipIf(!hasNats())("a lease in NATS KV", () => {
  let server: NatsServer
  const opened: Array<() => Promise<void>> = []
  beforeEach(async () => {
    events.length = 0
    server = await NatsServer.start()
  })
  afterEach(async () => {
    for (const close of opened.splice(0)) await close()
    await server.kill()
  })

  const events: Array<LeaseEvent> = []
  const count = (tag: LeaseEvent["_tag"]): number => events.filter(({ _tag }) => _tag === tag).length
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await sleep(20)
  }
  const join = async (options: NatsLeaseOptions = {}): Promise<Lease> => {
    const scope = Scope.makeUnsafe()
    opened.push(() => Effect.runPromise(Scope.close(scope, Exit.void)))
    const lease = natsLease({
      servers: server.url,
      renew: Duration.millis(200),
      onEvent: (event) => events.push(event),
      ...options,
    })
    return await Effect.runPromise(Scope.provide(lease, scope))
  }
  const acquired = ({ acquire }: Lease): Promise<void> => Effect.runPromise(acquire)
  const lost = ({ lost }: Lease): Promise<string> => Effect.runPromise(lost)

  it("is held by one, and by the next as soon as that one releases it", async () => {
    const first = await join({ holder: "one" })
    await acquired(first)
    const second = await join({ holder: "two" })
    expect([first.holds(), second.holds()]).toEqual([true, false])
    const waiting = acquired(second)
    await Effect.runPromise(first.release)
    expect(first.holds()).toBe(false)
    await waiting
    expect(second.holds()).toBe(true)
  })

  it("stays with its leader while the server is killed and started, and both know when it is away", async () => {
    const first = await join({ holder: "one" })
    await acquired(first)
    const second = await join({ holder: "two" })
    for (let kill = 0; kill < 2; kill++) {
      await server.kill()
      await server.start()
      await until(() => count("Reachable") === 2 * kill + 2)
      expect([first.holds(), second.holds()]).toEqual([true, false])
    }
    expect(count("Unreachable")).toBe(4)
  })

  it("ends for a leader that cannot reach the server, and comes back to it, also where the server forgot it", async () => {
    const first = await join({ holder: "one", ttl: Duration.seconds(1) })
    await acquired(first)
    await server.kill()
    server.forget()
    expect(await lost(first)).toBe("the lease could not be renewed in time")
    expect(first.holds()).toBe(false)
    await server.start()
    await acquired(first)
    expect(first.holds()).toBe(true)
  })

  it("is kept by a leader that cannot reach the server, if its options ask for that", async () => {
    const first = await join({ holder: "one", onUnreachable: "keep", ttl: Duration.seconds(5) })
    await acquired(first)
    await server.kill()
    await until(() => count("Kept") === 1)
    expect(first.holds()).toBe(true)
    await server.start()
    await until(() => count("Reachable") === 1)
    expect(first.holds()).toBe(true)
  })

  it("waits for a server that does not run yet", async () => {
    await server.kill()
    const joining = join({ holder: "one" })
    await until(() => count("Unreachable") === 1)
    await server.start()
    await acquired(await joining)
  })

  it.each([
    [{ ttl: Duration.millis(500) }, "Cannot make a lease: its ttl is 500 ms, and 1000 ms are the least."],
    [
      { ttl: Duration.seconds(5), renew: Duration.seconds(2) },
      "Cannot make a lease: its ttl is 5000 ms, which is less than 3 times renew (2000 ms).",
    ],
    [{ name: "a.b" }, "Cannot make a lease: its name must be 1 to 64 letters, digits, _ and -."],
    [{ bucket: "" }, "Cannot make a lease: the name of its bucket must be 1 to 64 letters, digits, _ and -."],
    [{ create: false, bucket: "none" }, "The bucket none does not exist. Make it, or set create: true."],
  ])("refuses %j", async (options, message) => {
    const failed = await Effect.runPromise(Effect.flip(Effect.scoped(natsLease({ servers: server.url, ...options }))))
    expect(failed.message).toBe(message)
  })
})
