/** The lease against its promises, in random worlds. `LAW_RUNS=10000 LAW_SEED=1` for more. */
import { describe, expect, it } from "vitest"
import { type LeaseCounts, LeaseWorld, noCounts, usualTimes } from "./LeaseWorld.ts"

const runs = Number(process.env["LAW_RUNS"] ?? 200)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)
/** From the end of all trouble to a leader: an entry to wait for, a look, and an answer to give up. */
const settled = usualTimes.ttlMillis + usualTimes.pollMillis + 2 * usualTimes.timeoutMillis + 1_000

const onlyLeader = (world: LeaseWorld): LeaseWorld["contenders"][number] => {
  const [leader, other] = world.leaders
  expect(leader, `nobody leads at ${world.now}`).toBeDefined()
  expect(other).toBeUndefined()
  return leader!
}

/** Minutes of trouble, and then quiet: one leads, stays, and is followed when it leaves. */
const live = (seed: number, keep: boolean, counts: LeaseCounts): void => {
  const world = new LeaseWorld(seed, { ...usualTimes, keep }, counts)
  const many = 2 + world.below(2)
  for (let count = 0; count < many; count++) world.after(world.below(3_000), () => void world.join())
  world.trouble = world.chance(0.3) ? 0 : world.below(10) / 10
  for (let moment = 0; moment < 12; moment++) {
    world.run(world.below(15_000))
    const contender = world.contenders[world.below(world.contenders.length)]
    const span = world.below(world.chance(0.5) ? 4_000 : 40_000)
    switch (world.below(7)) {
      case 0:
        if (contender !== undefined) world.kill(contender)
        world.after(span, () => void world.join())
        break
      case 1:
        if (contender !== undefined) world.release(contender)
        world.after(span, () => void world.join())
        break
      case 2:
      case 3:
        if (contender !== undefined) world.stop(contender, span, world.chance(0.3))
        break
      case 4:
        world.isDown = true
        world.after(span, () => world.isDown = false)
        break
      case 5:
        if (contender === undefined) break
        contender.isCut = true
        world.after(span, () => contender.isCut = false)
        break
    }
  }
  world.run(40_000)
  world.trouble = 0
  while (world.contenders.length < 2) world.join()
  world.run(settled)
  const leader = onlyLeader(world)
  const { acquired } = counts
  world.run(5 * usualTimes.ttlMillis)
  expect(onlyLeader(world)).toBe(leader)
  expect(counts.acquired).toBe(acquired)
  world.release(leader)
  world.run(usualTimes.pollMillis + 300)
  onlyLeader(world)
}

describe("a lease", { timeout: 120_000 + runs * 500 }, () => {
  it.each([false, true])("has one writer at any moment, and always one after trouble (keep: %s)", (keep) => {
    const counts = noCounts()
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
      try {
        live(seed, keep, counts)
      } catch (cause) {
        throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
      }
    }
    // Worlds in which nothing went wrong would prove nothing.
    expect(counts.lost.stopped).toBeGreaterThan(runs / 10)
    expect(keep ? counts.kept : counts.lost.unreachable).toBeGreaterThan(runs / 10)
    expect(counts.released).toBeGreaterThan(runs)
    expect(counts.acquired).toBeGreaterThan(2 * runs)
  })

  it("stays with its leader while the store is gone for less than its time", () => {
    const counts = noCounts()
    const world = new LeaseWorld(firstSeed, usualTimes, counts)
    world.join()
    world.run(5_000)
    world.join()
    const leader = onlyLeader(world)
    for (let time = 0; time < 20; time++) {
      world.isDown = true
      world.run(3_000)
      world.isDown = false
      world.run(5_000 + world.below(20_000))
      expect(onlyLeader(world)).toBe(leader)
    }
    expect(counts.acquired).toBe(1)
  })

  it("goes back to its leader where the store was gone for longer, and nobody could take over", () => {
    const counts = noCounts()
    const world = new LeaseWorld(firstSeed, usualTimes, counts)
    world.join()
    world.run(5_000)
    world.join()
    const leader = onlyLeader(world)
    world.isDown = true
    world.run(30_000)
    expect(world.leaders).toEqual([])
    expect(counts.lost).toEqual({ unreachable: 1, stopped: 0, taken: 0 })
    world.isDown = false
    world.run(usualTimes.pollMillis + usualTimes.timeoutMillis + 500)
    expect(onlyLeader(world)).toBe(leader)
  })

  it("ends by the clock of its leader before another may have it, and the leader writes nothing when it wakes", () => {
    const counts = noCounts()
    const world = new LeaseWorld(firstSeed, usualTimes, counts)
    const first = world.join()
    world.run(5_000)
    const second = world.join()
    world.run(5_000)
    world.stop(first, 60_000, false)
    world.run(59_000)
    expect(onlyLeader(world)).toBe(second)
    world.run(5_000)
    expect(onlyLeader(world)).toBe(second)
    expect(counts.lost).toEqual({ unreachable: 0, stopped: 1, taken: 0 })
  })

  it("ends for a machine that slept, although its elapsed time stood still", () => {
    const counts = noCounts()
    const world = new LeaseWorld(firstSeed, usualTimes, counts)
    const first = world.join()
    world.run(5_000)
    const second = world.join()
    world.run(5_000)
    world.stop(first, 30_000, true)
    world.run(40_000)
    expect(onlyLeader(world)).toBe(second)
    expect(counts.lost.stopped).toBe(1)
  })

  it("is kept by a leader that cannot reach the store, and given up when another has it", () => {
    const counts = noCounts()
    const world = new LeaseWorld(firstSeed, { ...usualTimes, keep: true }, counts)
    const first = world.join()
    world.run(5_000)
    const second = world.join()
    world.run(5_000)
    first.isCut = true
    world.run(20_000)
    expect(counts).toMatchObject({ kept: 1, lost: { unreachable: 0 } })
    expect(world.leaders).toEqual([first, second])
    first.isCut = false
    world.run(5_000)
    expect(onlyLeader(world)).toBe(second)
    expect(counts.lost.taken).toBe(1)
  })
})
