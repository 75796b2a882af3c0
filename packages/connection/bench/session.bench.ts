/**
 * Compares a session with a bare `ws` loop that only counts: frames a second and CPU, with the same sender, in turns.
 * Needs an idle machine with two cores: with other load the throughput means nothing, and the CPU little.
 *
 * `node --conditions=@boltodds/source packages/connection/bench/session.bench.ts`
 */
import { keyOf, makeSession } from "@boltodds/connection"
import { wsTransport } from "@boltodds/connection/node"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { fork } from "node:child_process"
import * as process from "node:process"
import { WebSocket } from "ws"

interface Result {
  readonly framesPerSecond: number
  readonly cpuMicros: number
}

const measure = async (total: number, receive: () => Promise<void>): Promise<Result> => {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await receive()
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { framesPerSecond: total / seconds, cpuMicros: (user + system) / total }
}

const bare = (url: string, total: number): Promise<void> =>
  new Promise((resolve) => {
    const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true, maxPayload: 2 ** 28 })
    let frames = 0
    socket.on("message", () => {
      if (frames++ === 0) socket.send('{"action":"subscribe","filters":{}}')
      else if (frames > total) {
        socket.terminate()
        resolve()
      }
    })
  })

const session = async (url: string, total: number): Promise<void> => {
  const { events } = await Effect.runPromise(makeSession({ url, key: keyOf("bench"), transport: wsTransport() }))
  let frames = 0
  await Effect.runPromise(
    events.pipe(
      Stream.chunks,
      Stream.takeUntil((turn) => {
        for (const event of turn) if (event._tag === "Frame") frames++
        return frames > total
      }),
      Stream.runDrain,
    ),
  )
}

const tapped = async (url: string, total: number): Promise<void> => {
  let frames = 0
  let done = (): void => {}
  const finished = new Promise<void>((resolve) => done = resolve)
  const { events, close } = await Effect.runPromise(makeSession({
    url,
    key: keyOf("bench"),
    transport: wsTransport(),
    onFrame: () => {
      if (++frames > total) done()
    },
  }))
  const running = Effect.runPromise(Stream.runDrain(events))
  await finished
  await Effect.runPromise(close)
  await running
}

/** The first of them warms up. */
const roundsEach = 7

for (const [frameBytes, total] of [[300, 200_000], [2000, 80_000], [20_000, 10_000]] as const) {
  const sender = fork(new URL("./sender.ts", import.meta.url), [String(frameBytes), String(total)])
  const port = await new Promise<number>((resolve) => sender.once("message", (message) => resolve(Number(message))))
  const url = `ws://127.0.0.1:${port}/api`
  const rounds: Record<"bare" | "session" | "tapped", Array<Result>> = { bare: [], session: [], tapped: [] }
  for (let round = 0; round < roundsEach; round++) {
    rounds.bare.push(await measure(total, () => bare(url, total)))
    rounds.session.push(await measure(total, () => session(url, total)))
    rounds.tapped.push(await measure(total, () => tapped(url, total)))
  }
  sender.kill()
  // The best of each: other load only makes a round slower.
  const of = (name: keyof typeof rounds) => ({
    rate: Math.max(...rounds[name].slice(1).map(({ framesPerSecond }) => framesPerSecond)),
    cpu: Math.min(...rounds[name].slice(1).map(({ cpuMicros }) => cpuMicros)),
  })
  const base = of("bare")
  for (const name of ["session", "tapped"] as const) {
    const own = of(name)
    console.log(
      `${frameBytes} B frames, ${name}: ${(own.rate / base.rate).toFixed(2)} of bare ws' throughput ` +
        `(${Math.round(own.rate / 1000)}k against ${Math.round(base.rate / 1000)}k frames/s), ` +
        `${(own.cpu / base.cpu).toFixed(2)} of its CPU`,
    )
  }
}
