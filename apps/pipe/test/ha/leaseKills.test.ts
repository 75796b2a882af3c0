/**
 * The whole exercise, with the usual times of a lease: `LEASE_KILLS=20 pnpm vitest run apps/pipe/test/ha/leaseKills.test.ts`.
 * Prints how long a takeover takes, by its cause. Takes about half a minute for each.
 */
import { emptyBook, fold } from "@boltodds/protocol"
import { hasNats } from "@boltodds/testing/NatsServer"
import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { shown } from "../delivery/books.ts"
import { believed, type Ingester, LeaseBench, runsOf } from "./LeaseBench.ts"

const kills = Number(process.env["LEASE_KILLS"] ?? 0)
const ttl = process.env["LEASE_TTL"] ?? "10s"
const renew = process.env["LEASE_RENEW"] ?? "2s"

/** How long parts of a takeover took, in milliseconds since it began, by the kind of takeover. */
class Times {
  readonly #millis = new Map<string, Array<number>>()

  add(what: string, millis: number): void {
    const list = this.#millis.get(what) ?? []
    this.#millis.set(what, [...list, millis].toSorted((a, b) => a - b))
  }

  get text(): string {
    const at = (list: ReadonlyArray<number>, share: number) =>
      (list[Math.min(list.length - 1, Math.floor(list.length * share))]! / 1_000).toFixed(2)
    return [...this.#millis].map(([what, list]) =>
      `${what}: ${list.length} times, p50 ${at(list, 0.5)} s, p99 ${at(list, 0.99)} s`
    ).join("\n")
  }
}

class Exercise {
  readonly times = new Times()
  readonly #bench: LeaseBench

  constructor(bench: LeaseBench) {
    this.#bench = bench
  }

  get refused(): number {
    return this.#bench.simulator.stats().dials.filter(({ status }) => status === 503).length
  }

  /** Two processes, of which one leads and the other waits. */
  async ready(): Promise<{ readonly leader: Ingester; readonly standby: Ingester }> {
    const bench = this.#bench
    while (bench.ingesters.length < 2) {
      bench.join()
      await bench.untilLed()
    }
    const leader = await bench.untilLed()
    const standby = bench.ingesters.find((each) => each !== leader)!
    await standby.pipe.until(({ stderr }) => stderr.includes("standby: "))
    await bench.untilExact()
    await bench.until("the feed has one connection", () => bench.simulator.stats().open === 1)
    // A standby that has just started waits for a whole lease, and an event comes at any time between two renewals.
    await sleep(2_500 + Math.random() * 2_000)
    return { leader, standby }
  }

  /** Waits until another process leads and reads the feed, and measures from the beginning. */
  async #takenOver(kind: string, began: number, leader: Ingester, accepted: number): Promise<void> {
    const bench = this.#bench
    await bench.untilLed(leader)
    this.times.add(`${kind}, until the standby holds the lease`, performance.now() - began)
    await bench.until("the feed accepts the next leader", () => bench.simulator.stats().accepted > accepted)
    this.times.add(`${kind}, until the feed accepts it`, performance.now() - began)
    await bench.untilExact()
    this.times.add(`${kind}, until all prices are live`, performance.now() - began)
  }

  async kill(): Promise<void> {
    const { leader } = await this.ready()
    const { accepted } = this.#bench.simulator.stats()
    const began = performance.now()
    leader.pipe.kill("SIGKILL")
    await this.#takenOver("killed", began, leader, accepted)
    this.#bench.without(leader)
  }

  async stop(): Promise<void> {
    const { leader } = await this.ready()
    const { accepted } = this.#bench.simulator.stats()
    const began = performance.now()
    leader.pipe.kill("SIGTERM")
    await this.#takenOver("asked to end", began, leader, accepted)
    const { code, stderr } = await leader.pipe.ended
    expect(code, stderr).toBe(0)
    this.#bench.without(leader)
  }

  /** Frozen. The feed refuses the standby, and drops the connection after that: or the leader wakes up, and closes it. */
  async freeze(isDropped: boolean): Promise<void> {
    const bench = this.#bench
    const { leader } = await this.ready()
    const { accepted } = bench.simulator.stats()
    const { refused } = this
    const began = performance.now()
    leader.pipe.kill("SIGSTOP")
    const before = leader.pipe.stderr.length
    await bench.until("the feed refuses the standby", () => this.refused > refused)
    this.times.add("frozen, until the feed refuses the standby", performance.now() - began)
    const dropped = performance.now()
    if (isDropped) bench.simulator.disconnect("abort")
    else leader.pipe.kill("SIGCONT")
    await bench.until("the feed accepts the next leader", () => bench.simulator.stats().accepted > accepted)
    const kind = isDropped ? "frozen, from the drop of the feed" : "frozen, from its waking"
    this.times.add(`${kind} until the feed accepts the standby`, performance.now() - dropped)
    await bench.untilExact()
    this.times.add(`${kind} until all prices are live`, performance.now() - dropped)
    leader.pipe.kill("SIGCONT")
    await leader.pipe.until(({ stderr }) => stderr.slice(before).includes("standby: "))
    await bench.untilExact()
  }

  /** NATS restarts with both healthy: nothing changes. */
  async restartNats(): Promise<void> {
    const bench = this.#bench
    const { leader } = await this.ready()
    const { accepted } = bench.simulator.stats()
    await bench.nats.kill()
    await bench.nats.start()
    await sleep(3_000)
    await bench.untilExact()
    expect(bench.leader()).toBe(leader)
    expect(bench.simulator.stats().accepted).toBe(accepted)
  }

  /** NATS is away for longer than a lease: the leader closes its connection by its own clock, and opens it again. */
  async loseNats(): Promise<void> {
    const bench = this.#bench
    await this.ready()
    const { accepted } = bench.simulator.stats()
    const began = performance.now()
    await bench.nats.kill()
    await bench.until("the leader closes its connection", () => bench.simulator.stats().open === 0)
    this.times.add("NATS away, until the leader closes its connection", performance.now() - began)
    await sleep(3_000)
    await bench.nats.start()
    const back = performance.now()
    await bench.until("the feed accepts the leader", () => bench.simulator.stats().accepted > accepted)
    this.times.add("NATS back, until the feed accepts the leader", performance.now() - back)
    await bench.untilExact()
    this.times.add("NATS back, until all prices are live", performance.now() - back)
  }
}

describe.skipIf(kills === 0 || !hasNats())(`two processes with a lease, ${kills} takeovers`, () => {
  it("have one writer at any moment, and readers the exact book", { timeout: 120_000 * (kills + 5) }, async () => {
    const bench = await LeaseBench.open({ ttl, renew })
    try {
      const exercise = new Exercise(bench)
      const cases = [
        () => exercise.kill(),
        () => exercise.freeze(true),
        () => exercise.stop(),
        () => exercise.kill(),
        () => exercise.freeze(false),
        () => exercise.restartNats(),
        () => exercise.loseNats(),
      ]
      for (let index = 0; index < kills; index++) await cases[index % cases.length]!()
      await exercise.ready()
      await bench.untilExact(async () => {
        const log = await bench.log()
        const runs = runsOf(log)
        expect(new Set(runs).size).toBe(runs.length)
        expect(shown(fold(emptyBook, log))).toEqual(bench.simulator.book())
        expect(believed(bench.seen, log)).toEqual([])
        process.stderr.write(
          `${exercise.times.text}\n${runs.length} runs, ${log.length} records, ${exercise.refused} dials refused\n`,
        )
      })
    } finally {
      await bench.close()
    }
  })

  it("keep the feed while NATS is away, where the configuration says so", async () => {
    const bench = await LeaseBench.open({ ttl: "3s", renew: "500ms", keep: true })
    try {
      const { leader } = await new Exercise(bench).ready()
      const { accepted } = bench.simulator.stats()
      await bench.nats.kill()
      await leader.pipe.until(({ stderr }) => stderr.includes("the lease has ended, and the feed is kept"))
      await sleep(3_000)
      await bench.nats.start()
      await leader.pipe.until(({ stderr }) => stderr.includes("the lease can be reached again"))
      await bench.untilExact()
      expect(bench.leader()).toBe(leader)
      expect(bench.simulator.stats()).toMatchObject({ accepted, open: 1 })
    } finally {
      await bench.close()
    }
  })
})
