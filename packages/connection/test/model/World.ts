/** The world of a script: servers, other users of the host, a key, readers; and the sessions that live in it. */
import {
  DialError,
  FeedUnavailable,
  FrameTooLarge,
  KeyRefused,
  KeyUnavailable,
  Limiter,
  type LimiterShape,
  type Link,
  LinkClosed,
  makeLimiter,
  makeSession,
  type Session,
} from "@boltodds/connection"
import { type Filters, normalizeFilters } from "@boltodds/protocol"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { FakeConnection } from "@boltodds/testing/FakeFeed"
import { LimiterModel } from "./LimiterModel.ts"
import type { FrameFact, HowEnded, Meaning, Observation } from "./Observation.ts"
import { randomOf } from "./randomScript.ts"
import type { Answer, CloseHow, FrameKind, Manner, Script, SessionSetup, Step } from "./Script.ts"
import { SessionModel } from "./SessionModel.ts"
import { VirtualTime } from "./VirtualTime.ts"

/** Keys that look different in URLs and in JSON. */
export const keys = { first: 's3cret+/4711="A', second: "an0ther&4712" }

/** What the server sends is within all of them but the third. */
export const filterSets: ReadonlyArray<Filters> = [
  {},
  { sports: ["MLB"] },
  { sports: ["NBA", "NBA"], sportsbooks: ["fanduel"], games: [] },
  { games: ["A vs B, 2026-07-16, 01"] },
  { sports: [] },
]

/** How long a transport waits for an answer to a dial. */
const hangMillis = 10_000

const closes: Readonly<Record<CloseHow, { readonly closed: LinkClosed; readonly means: Meaning }>> = {
  clean: { closed: new LinkClosed("closed", 1000), means: "failed" },
  going_away: { closed: new LinkClosed("closed", 1001, "going away"), means: "failed" },
  dirty: { closed: new LinkClosed("closed", 1006), means: "failed" },
  network: { closed: new LinkClosed("network", undefined, "ECONNRESET"), means: "failed" },
  oversize: { closed: new LinkClosed("oversize", 1009, "a frame over the limit"), means: "oversize" },
  overflow: { closed: new LinkClosed("overflow"), means: "failed" },
  busy: { closed: new LinkClosed("closed", 1013), means: "busy" },
  restart: { closed: new LinkClosed("closed", 1012), means: "restart" },
  busy_words: { closed: new LinkClosed("closed", 1000), means: "failed" },
}

/** One connection, from the server's side. */
class Served {
  readonly number: number
  readonly client: FakeConnection
  /** The key it was dialed with. */
  readonly key: string
  readonly facts: Array<FrameFact> = []
  frames = 0
  asked = false
  over = false
  arrived: LinkClosed | undefined
  lastArrival = 0

  constructor(number: number, client: FakeConnection, key: string) {
    this.number = number
    this.client = client
    this.key = key
  }
}

/** One session of the script, and its server. */
class Actor {
  readonly name: string
  readonly setup: SessionSetup
  readonly model: SessionModel
  answer: Answer = { kind: "accept", after: 0, ack: 0 }
  manner: Manner = "talks"
  pongsAfter: number | "never" = 0
  latency = 0
  links = 0
  served: Served | undefined
  session: Session | undefined
  fiber: Fiber.Fiber<void, unknown> | undefined
  readonly gate: Latch.Latch = Latch.makeUnsafe(true)
  ended = false
  /** From here on its server behaves on every new connection. */
  healed = false

  constructor(name: string, setup: SessionSetup, model: SessionModel) {
    this.name = name
    this.setup = setup
    this.model = model
  }
}

/** The world. */
export class World {
  readonly time: VirtualTime
  readonly actors: ReadonlyArray<Actor>
  readonly log: Array<string> = []
  readonly limiterModel: LimiterModel = new LimiterModel()
  readonly failures: Array<string> = []
  /** Requests of others that still wait. */
  restWaiting = 0
  openLinks = 0
  readonly #limiter: LimiterShape = makeLimiter()
  readonly #random: () => number
  #key: string | undefined = keys.first
  readonly #keepsLog: boolean
  #wallSetAt = -Infinity

  constructor(script: Script, keepsLog: boolean) {
    this.#keepsLog = keepsLog
    this.time = new VirtualTime(script.yieldEvery)
    this.#random = randomOf(script.seed ^ 0x5eed)
    const now = this.#now()
    this.actors = script.sessions.map((setup, index) => {
      const name = `s${index}`
      const model = new SessionModel(name, setup, this.limiterModel, script.sessions.length === 1, now, keys.first, {})
      return new Actor(name, setup, model)
    })
    this.time.observer = {
      settled: () => {
        for (const { model } of this.actors) model.settled()
      },
      elapsed: (millis, stalled) => {
        for (const { model } of this.actors) model.elapsed(millis, stalled, this.#now())
      },
    }
  }

  #now(): { readonly mono: number; readonly wall: number } {
    return { mono: this.time.mono, wall: this.time.mono + this.time.wallShift }
  }

  #see(actor: Actor, seen: Observation): void {
    if (this.#keepsLog) this.log.push(`${this.time.mono} ${actor.name} ${brief(seen)}`)
    actor.model.see(seen, this.#now())
  }

  /** Starts all sessions. */
  async start({ key, restBefore }: Script): Promise<void> {
    if (key !== "first") this.#start({ do: "key", is: key })
    for (let request = 0; request < restBefore; request++) this.#start({ do: "rest" })
    await this.time.settle()
    for (const actor of this.actors) this.#startSession(actor)
    await this.time.settle()
  }

  #startSession(actor: Actor): void {
    const { setup } = actor
    const session = Effect.runSync(Effect.orDie(makeSession({
      name: actor.name,
      url: "wss://feed.example:1/api",
      key: Effect.suspend(() => {
        this.#see(actor, { see: "key_read", key: this.#key })
        return this.#key === undefined
          ? Effect.fail(new KeyUnavailable("gone"))
          : Effect.succeed(Redacted.make(this.#key))
      }),
      transport: {
        name: "scripted",
        canPause: setup.pings,
        seesStatus: true,
        dial: (url, { onFrame }) => this.#dial(actor, Redacted.value(url), onFrame),
      },
      bufferBytes: setup.bufferBytes,
      ...(setup.maxAttempts === undefined ? {} : { maxAttempts: setup.maxAttempts }),
      ...(setup.tap ? { onFrame: (frame) => this.#see(actor, { see: "shown", frame }) } : {}),
      onStatus: (status) => {
        this.#seekKey(actor, status)
        this.#see(actor, { see: "status", status })
      },
      onDiagnosis: (diagnosis) => {
        this.#seekKey(actor, diagnosis)
        this.#see(actor, { see: "diagnosis", diagnosis })
      },
    })))
    actor.session = session
    actor.fiber = this.time.run(
      session.events.pipe(
        Stream.runForEachArray((events) =>
          Effect.andThen(
            Effect.sync(() => {
              for (const event of events) {
                if (event._tag === "Frame") this.#seekKeyIn(actor, event.raw as string)
                else if (event._tag === "Disconnected") this.#seekKey(actor, event)
              }
              this.#see(actor, { see: "events", events })
            }),
            actor.gate.await,
          )
        ),
        Effect.onExit((exit) =>
          Effect.sync(() => {
            actor.ended = true
            const message = Exit.isSuccess(exit) ? "" : String(Cause.squash(exit.cause))
            this.#seekKeyIn(actor, message)
            this.#see(actor, { see: "ended", how: howEnded(exit), message })
          })
        ),
        Effect.provideService(Limiter, this.#limiter),
        Effect.provideService(Random.Random, { nextDoubleUnsafe: this.#random, nextIntUnsafe: () => 0 }),
      ),
    )
  }

  #seekKey(actor: Actor, given: object): void {
    this.#seekKeyIn(actor, JSON.stringify(given))
  }
  #seekKeyIn(actor: Actor, text: string): void {
    for (const key of Object.values(keys)) {
      for (const spelling of [key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1)]) {
        if (text.includes(spelling)) this.failures.push(`${actor.name}: the key appears nowhere (${text})`)
      }
    }
  }

  // The server

  #dial(
    actor: Actor,
    url: string,
    onFrame: ((raw: string | Uint8Array) => void) | undefined,
  ): ReturnType<Parameters<typeof makeSession>[0]["transport"]["dial"]> {
    const { setup, model } = actor
    let given: Answer = actor.answer
    const isLeft = Effect.sync(() => this.#see(actor, { see: "dial_left" }))
    const fail = (means: Meaning, error: DialError) =>
      Effect.suspend(() => {
        this.#see(actor, { see: "dial_failed", means, retryAfterMillis: error.retryAfterMillis })
        return Effect.fail(error)
      })
    const answer = Effect.suspend(() => {
      this.#see(actor, { see: "dial", url })
      given = actor.answer
      switch (given.kind) {
        case "refuse": {
          const { status, retryAfter } = given
          const means = status === 429 || status === 503 ? "busy" : status === 500 ? "failed" : "key"
          return fail(
            means,
            new DialError("refused", `feed.example:1 refused the connection with HTTP ${status}`, {
              status,
              ...(retryAfter === undefined ? {} : { retryAfterMillis: retryAfter * 1000 }),
              body: status === 500 ? `broken at ${url}` : "",
            }),
          )
        }
        case "network":
          return fail("failed", new DialError("network", `Cannot reach ${url}: ${given.cause}`))
        case "hang":
          return Effect.andThen(Effect.sleep(hangMillis), fail("failed", new DialError("timeout", "No answer in time")))
        case "accept":
          return Effect.sleep(given.after)
        case "turn_away":
          return Effect.void
      }
    }).pipe(Effect.onInterrupt(() => isLeft))
    const closing = Effect.fnUntraced(function* (world: World, served: Served) {
      world.#see(actor, { see: "leaving", link: served.number })
      if (setup.closing > 0) yield* Effect.sleep(setup.closing)
      served.over = true
      served.client.hungUp = true
      if (actor.served === served) actor.served = undefined
      world.openLinks--
      world.#see(actor, { see: "left", link: served.number })
    })
    return Effect.andThen(
      answer,
      Effect.acquireRelease(
        Effect.sync(() => {
          const client = new FakeConnection(setup.linkBytes, setup.pings)
          const key = new URL(url).searchParams.get("key")!
          const served = new Served(++actor.links, client, key)
          const push = client.buffer.push.bind(client.buffer)
          client.buffer.push = (raw) => {
            if (!client.closed) onFrame?.(raw)
            push(raw)
          }
          actor.served = served
          if (actor.healed) {
            actor.manner = "talks"
            actor.pongsAfter = 0
          }
          this.openLinks++
          model.dialedWith(key)
          this.#see(actor, { see: "open", link: served.number })
          this.#accepted(actor, served, given)
          return served
        }),
        (served) => closing(this, served),
      ),
    ).pipe(Effect.map((served) => this.#link(actor, served)))
  }

  #link(actor: Actor, served: Served): Link {
    const { client, number } = served
    const { setup } = actor
    const pull = Effect.suspend(() => {
      this.#see(actor, { see: "pull", link: number })
      return client.buffer.pull
    }).pipe(
      Effect.map((turn) => {
        this.#see(actor, {
          see: "turn",
          link: number,
          frames: served.facts.splice(0, turn.frames.length),
          pong: turn.pong,
        })
        return turn
      }),
      Effect.mapError((closed) => {
        this.#see(actor, { see: "closed", link: number, kind: closed.kind })
        return closed
      }),
    )
    const hand = (text: string) =>
      Effect.suspend(() => {
        if (served.arrived !== undefined) {
          // A sender learns of the end too.
          this.#see(actor, { see: "unsent", link: number })
          return Effect.fail(served.arrived)
        }
        client.received.push(text)
        this.#asked(actor, served)
        return Effect.void
      })
    const send = (text: string) =>
      Effect.suspend(() => {
        this.#see(actor, { see: "send", link: number, text })
        return setup.slowSend
          ? Effect.andThen(Effect.andThen(Effect.yieldNow, hand(text)), Effect.yieldNow)
          : hand(text)
      })
    return {
      pull,
      send,
      ping: setup.pings
        ? (ping) => {
          this.#see(actor, { see: "ping", link: number, number: ping })
          if (actor.pongsAfter === "never") return
          this.#toClient(actor, served, () => {
            client.pong(ping)
            this.#see(actor, { see: "bytes", link: number, bytes: 10 })
          }, actor.pongsAfter)
        }
        : undefined,
      receivedBytes: () => client.receivedBytes,
    }
  }

  /** In order, whatever the latency. */
  #toClient(actor: Actor, served: Served, act: () => void, after = 0): void {
    const at = Math.max(served.lastArrival, this.time.mono + actor.latency + after)
    served.lastArrival = at
    const arrive = () =>
      this.time.deliver(() => {
        if (!served.over) act()
      })
    if (at <= this.time.mono) arrive()
    else this.time.later(at - this.time.mono, arrive)
  }

  #accepted(actor: Actor, served: Served, answer: Answer): void {
    if (answer.kind === "turn_away") {
      const text = { key: "Invalid API key", busy: "too many concurrent connections", nothing: "" }[answer.says]
      this.#send(actor, served, [frame(served, '{"action":"socket_connected"')])
      if (text !== "") {
        const means = answer.says as "key" | "busy"
        this.#send(actor, served, [frame(served, `{"action":"error","message":"${text}"`, { means })])
      }
      this.#close(actor, served, "clean")
      return
    }
    if (answer.kind === "accept" && answer.ack !== "never") {
      const first = answer.ack === "data"
        ? dataFrame(served, 0)
        : frame(served, '{"action":"socket_connected","plan":"Pro"')
      const ack = () => {
        if (!served.over) this.#send(actor, served, [first])
      }
      if (answer.ack === "data" || answer.ack === 0) ack()
      else this.time.later(answer.ack, ack)
    }
    this.#heartbeat(
      actor,
      served,
      15_000,
      (manner) => manner === "mute" ? undefined : frame(served, '{"action":"ping"'),
    )
    this.#heartbeat(actor, served, 5000, (manner) => manner === "talks" ? dataFrame(served, 200) : undefined)
  }

  #heartbeat(actor: Actor, served: Served, millis: number, make: (manner: Manner) => FrameFact | undefined): void {
    this.time.later(millis, () => {
      if (served.over) return
      const made = served.asked ? make(actor.manner) : undefined
      if (made !== undefined) this.#send(actor, served, [made])
      this.#heartbeat(actor, served, millis, make)
    })
  }

  #asked(actor: Actor, served: Served): void {
    const first = !served.asked
    served.asked = true
    if (actor.manner === "talks" && first) this.#send(actor, served, [dataFrame(served, 200)])
  }

  #send(actor: Actor, served: Served, frames: ReadonlyArray<FrameFact>): void {
    this.#toClient(actor, served, () => {
      for (const fact of frames) {
        if (served.arrived !== undefined) continue
        fact.arrivedAt = this.time.mono
        served.facts.push(fact)
        this.#see(actor, { see: "bytes", link: served.number, bytes: fact.raw.length })
        served.client.send(fact.raw)
      }
    })
  }

  #close(actor: Actor, served: Served, how: CloseHow): void {
    const { closed, means } = closes[how]
    if (how === "busy_words") {
      const text = '{"action":"error","message":"rate limit exceeded"'
      this.#send(actor, served, [frame(served, text, { means: "busy" })])
    }
    this.#toClient(actor, served, () => {
      if (served.arrived !== undefined) return
      served.arrived = closed
      this.#see(actor, { see: "gone", link: served.number, kind: closed.kind, means })
      served.client.close(closed)
    })
  }

  // Steps

  async do(step: Step): Promise<void> {
    if (this.#keepsLog) this.log.push(`${this.time.mono} -- ${JSON.stringify(step)}`)
    this.#start(step)
    if (step.do === "wait") await this.time.pass(step.millis)
    else if (step.do === "stall") await this.time.stall(step.millis, step.framesFirst)
    else await this.time.settle()
  }

  #start(step: Step): void {
    if ("session" in step) return this.#doTo(this.actors[step.session % this.actors.length]!, step)
    switch (step.do) {
      case "together":
        for (const one of step.steps) this.#start(one)
        return
      case "wall":
        // Two movements between two looks are one, and which looks see them is not for a script to say.
        if (this.time.mono - this.#wallSetAt <= 1200) return
        this.#wallSetAt = this.time.mono
        this.time.wallShift += step.millis
        for (const actor of this.actors) this.#see(actor, { see: "wall", millis: step.millis })
        return
      case "rest":
        this.restWaiting++
        this.time.run(Effect.andThen(
          this.#limiter.take("feed.example:1", "rest"),
          Effect.sync(() => {
            this.restWaiting--
            const over = this.limiterModel.take(this.time.mono, false)
            if (over !== undefined) this.failures.push(`no more than 10 requests a minute (${over})`)
          }),
        ))
        return
      case "key":
        this.#key = step.is === "missing" ? undefined : keys[step.is]
        for (const actor of this.actors) this.#see(actor, { see: "key", key: this.#key })
        return
    }
  }

  #doTo(actor: Actor, step: Extract<Step, { readonly session: number }>): void {
    const { served } = actor
    switch (step.do) {
      case "answer":
        actor.answer = step.answer
        return
      case "manner":
        actor.manner = step.manner
        return
      case "pongs":
        actor.pongsAfter = step.after
        return
      case "latency":
        actor.latency = step.millis
        return
      case "send":
        if (served !== undefined) {
          this.#send(actor, served, step.frames.map((kind) => anyFrame(served, kind, step.bytes, served.key)))
        }
        return
      case "drip":
        if (served !== undefined) this.#drip(actor, served, step.bytes, step.seconds)
        return
      case "close":
        if (served !== undefined) this.#close(actor, served, step.how)
        return
      case "reader":
        this.#see(actor, { see: "reader", reads: step.reads })
        this.time.run(step.reads ? actor.gate.open : actor.gate.close)
        return
      case "filters":
        this.setFilters(actor, filterSets[step.set]!)
        return
      case "resync":
        this.#see(actor, { see: "resync" })
        this.time.run(actor.session!.resync({ reason: "somebody wants it" }))
        return
      case "end":
        this.end(actor, step.how)
    }
  }

  setFilters(actor: Actor, filters: Filters): void {
    this.#see(actor, { see: "filters", filters: normalizeFilters(filters) })
    this.time.run(actor.session!.setFilters(filters))
  }

  end(actor: Actor, how: "close" | "interrupt"): void {
    if (actor.ended) return
    this.#see(actor, { see: "asked_to_end", how })
    if (how === "close") this.time.run(actor.session!.close)
    else this.time.run(Fiber.interrupt(actor.fiber!))
  }

  #drip(actor: Actor, served: Served, bytes: number, seconds: number): void {
    if (seconds === 0 || served.over) return
    this.#toClient(actor, served, () => {
      if (served.arrived !== undefined) return
      this.#see(actor, { see: "bytes", link: served.number, bytes })
      served.client.drip(bytes)
    })
    this.time.later(1000, () => this.#drip(actor, served, bytes, seconds - 1))
  }
}

const frame = (
  served: Served,
  text: string,
  more: { readonly isData?: boolean; readonly means?: Meaning } = {},
): FrameFact => ({
  raw: `${text},"n":"${served.number}.${served.frames++}"}`,
  isData: more.isData === true,
  means: more.means,
  arrivedAt: 0,
})

const dataFrame = (served: Served, bytes: number): FrameFact =>
  frame(
    served,
    `{"action":"line_update","timestamp":"2026-07-16T17:00:00.000000+00:00","data":{"sport":"MLB","sportsbook":"fanduel","game":"A vs B, 2026-07-16, 01","outcomes":{}},"pad":"${
      "x".repeat(bytes)
    }"`,
    { isData: true },
  )

const anyFrame = (served: Served, kind: FrameKind, bytes: number, key: string): FrameFact => {
  switch (kind) {
    case "data":
      return dataFrame(served, bytes)
    case "ping":
      return frame(served, '{"action":"ping"')
    case "error":
      return frame(served, '{"action":"error","message":"Cannot subscribe to a game: Code 1"')
    case "echo":
      return frame(served, `{"action":"error","message":"Hello ${key} and ${encodeURIComponent(key)}"`)
    case "garbage":
      return frame(served, "not JSON {")
  }
}

const howEnded = (exit: Exit.Exit<void, unknown>): HowEnded => {
  if (Exit.isSuccess(exit)) return "done"
  const error = Cause.squash(exit.cause)
  if (
    error instanceof KeyRefused || error instanceof KeyUnavailable || error instanceof FeedUnavailable ||
    error instanceof FrameTooLarge
  ) return error._tag
  return Cause.hasInterruptsOnly(exit.cause) ? "interrupted" : "defect"
}

const brief = (seen: Observation): string => {
  switch (seen.see) {
    case "turn":
      return `turn ${seen.link}: ${seen.frames.length} frames, pong ${seen.pong}`
    case "events":
      return `events ${seen.events.map(({ _tag, at, epoch }) => `${_tag}${epoch}@${at - 1_784_221_200_000}`).join(" ")}`
    case "status":
      return `status ${JSON.stringify(seen.status)}`
    default:
      return JSON.stringify(seen).slice(0, 200)
  }
}
