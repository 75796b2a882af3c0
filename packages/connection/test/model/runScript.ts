/** Runs one script to its end: through its steps, back to health, through the shutdown, and into the silence after it. */
import { type Script } from "./Script.ts"
import { promised } from "./sessionDocument.ts"
import { World } from "./World.ts"

/** What a run showed. */
export interface Outcome {
  /** What broke which rule; empty where all is well. */
  readonly failures: ReadonlyArray<string>
  readonly transitions: ReadonlySet<string>
  readonly draws: ReadonlyArray<number>
  readonly log: ReadonlyArray<string>
}

/** Longer than the slowest answer over the slowest line of a script takes. */
const underWay = 17_000

/** How many allowances of others a healthy session may have to wait for: that of a minute, and once more. */
const limiterRounds = 2

export const runScript = async (script: Script, keepsLog = false): Promise<Outcome> => {
  const world = new World(script, keepsLog)
  const failed = () => world.failures.length > 0 || world.actors.some(({ model }) => model.failures.length > 0)
  await world.start(script)
  for (const step of script.steps) {
    if (failed()) break
    await world.do(step)
  }
  if (!failed()) await heal(world, script, failed)
  if (!failed()) await shutDown(world, script)
  const transitions = new Set<string>()
  for (const { model } of world.actors) for (const one of model.transitions) transitions.add(one)
  return {
    failures: [...world.failures, ...world.actors.flatMap(({ model }) => model.failures)],
    transitions,
    draws: world.actors.flatMap(({ model }) => model.draws),
    log: world.log,
  }
}

/** The world behaves from now on: within the time that is promised every session is live again. */
const heal = async (world: World, script: Script, failed: () => boolean): Promise<void> => {
  await world.do({ do: "key", is: "first" })
  for (const [session, actor] of world.actors.entries()) {
    await world.do({ do: "answer", session, answer: { kind: "accept", after: 300, ack: 20 } })
    await world.do({ do: "latency", session, millis: 0 })
    actor.healed = true
    // A connection that is mute may stay so, and has to be found dead.
    if (script.healsOld || actor.served === undefined || actor.manner !== "mute") {
      await world.do({ do: "manner", session, manner: "talks" })
      await world.do({ do: "pongs", session, after: 0 })
    }
    await world.do({ do: "reader", session, reads: true })
  }
  // What was on its way arrives, and what jumped or stood still is noticed.
  await world.time.pass(underWay)
  const running = world.actors.filter(({ model }) => !model.hasEnded)
  const until = Math.max(world.time.mono, ...running.map(({ model }) => model.untilMono))
  const deadline = until + promised.notice + promised.longestWait + limiterRounds * promised.limiterWait
  const waits = () => running.some(({ model, served }) => !model.hasEnded && !(model.isLive && served !== undefined))
  while (waits() && world.time.mono < deadline && !failed()) await world.time.pass(1000)
  if (waits() && !failed()) world.failures.push(`a session is live again within ${promised.notice} ms and its waits`)
  if (failed()) return
  // Nothing is wrong any more, so nothing may go wrong any more.
  const links = running.map(({ links }) => links)
  await world.time.pass(70_000)
  if (!script.healsOld) return
  for (const [index, actor] of running.entries()) {
    if (actor.links !== links[index]) world.failures.push(`${actor.name}: a healthy connection is kept`)
  }
}

/** All sessions end, and nothing of them is left. */
const shutDown = async (world: World, script: Script): Promise<void> => {
  for (const actor of world.actors) world.end(actor, script.end)
  await world.time.settle()
  await world.time.pass(promised.minute * 10)
  for (const { model } of world.actors) model.finished()
  const { fibers, timers } = world.time
  if (world.openLinks > 0) world.failures.push(`no link is left open (${world.openLinks})`)
  if (timers > 0) world.failures.push(`no timer is left (${timers})`)
  if (fibers > 0) world.failures.push(`no fiber is left (${fibers})`)
  if (world.restWaiting > 0) world.failures.push(`every request is let through in the end (${world.restWaiting} wait)`)
}
