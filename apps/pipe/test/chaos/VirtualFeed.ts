/** A server in memory that does to its clients what servers and networks do. */
import { DialError, type Link, LinkClosed, type Transport, type Turn } from "@boltodds/connection"
import type { Filters } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import type { Dice } from "./random.ts"
import { type Tells, type Told, Truth } from "./Truth.ts"

/** What becomes of a dial. */
export type Welcome =
  | "accept"
  | "refuse 503"
  | "refuse 429"
  | "unreachable"
  | "no answer"
  | "accept then close"
  | "no ack"
  | "ignore subscribe"
  | "cut snapshot"

const ack = '{"action":"socket_connected","plan":"Pro"}'
const ping = '{"action":"ping"}'
const garbage = [
  "",
  "ping",
  "not json",
  "null",
  "[[[]]]",
  '\uFEFF{"action":"ping"}',
  '{"action":"from_the_future","x":1}',
]

/** One connection, from the server's side. */
class VirtualLink implements Link {
  readonly welcome: Welcome
  filters: Filters | undefined
  /** Initial states that are still to be sent. */
  pending: Array<readonly [sportsbook: string, game: string]> = []
  /** Nothing goes out; it waits. */
  held = false
  over = false
  /** Its reader took a whole message of data. */
  broughtData = false
  #bytes = 0
  #frames: Array<string> = []
  #waiting: Array<string> = []
  #pong: number | undefined
  #heldPong: number | undefined
  #toldPong: number | undefined
  #closed: LinkClosed | undefined
  #resume: ((turn: Effect.Effect<Turn, LinkClosed>) => void) | undefined
  readonly #onText: (text: string) => void

  constructor(welcome: Welcome, onText: (text: string) => void) {
    this.welcome = welcome
    this.#onText = onText
  }

  readonly pull: Effect.Effect<Turn, LinkClosed> = Effect.callback((resume) => {
    const ready = this.#take()
    if (ready !== undefined) return resume(ready)
    this.#resume = resume
    return Effect.sync(() => {
      this.#resume = undefined
    })
  })

  readonly send = (text: string): Effect.Effect<void> => Effect.sync(() => this.#onText(text))
  readonly ping = (number: number): void => {
    if (this.over) return
    if (this.held) this.#heldPong = number
    else {
      this.#pong = number
      this.#wake()
    }
  }
  readonly receivedBytes = (): number => this.#bytes

  push(text: string): void {
    if (this.over) return
    if (this.held) this.#waiting.push(text)
    else this.#arrive(text)
    this.#wake()
  }

  release(): void {
    this.held = false
    for (const text of this.#waiting.splice(0)) this.#arrive(text)
    this.#pong = this.#heldPong ?? this.#pong
    this.#wake()
  }

  close(closed: LinkClosed): void {
    if (this.over) return
    this.over = true
    this.#closed = closed
    this.#wake()
  }

  #arrive(text: string): void {
    this.#frames.push(text)
    this.#bytes += text.length
  }

  #wake(): void {
    const resume = this.#resume
    const ready = resume && this.#take()
    if (resume === undefined || ready === undefined) return
    this.#resume = undefined
    resume(ready)
  }

  #take(): Effect.Effect<Turn, LinkClosed> | undefined {
    if (this.#frames.length > 0 || this.#pong !== this.#toldPong) {
      this.#toldPong = this.#pong
      const frames = this.#frames.splice(0)
      this.broughtData ||= frames.some(isData)
      return Effect.succeed({ frames, pong: this.#pong })
    }
    return this.#closed === undefined ? undefined : Effect.fail(this.#closed)
  }
}

const isData = (text: string): boolean => /"action":"(?:initial_state|line_update|game_)/.test(text) && isWhole(text)

const isWhole = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The server. */
export class VirtualFeed {
  readonly truth: Truth
  readonly #dice: Dice
  /** What the frame with this text says; frames that say nothing of games are not in here. */
  readonly told = new Map<string, ReadonlyArray<Tells>>()
  /** What becomes of the next dials; then they are accepted. */
  readonly welcomes: Array<Welcome> = []
  readonly dials: Array<number> = []
  /** Sends frames as they are. */
  calm = false
  liveLinks = 0
  mostLinks = 0
  #links = new Set<VirtualLink>()
  readonly #now: () => number

  constructor(random: Dice, now: () => number) {
    this.#dice = random
    this.#now = now
    this.truth = new Truth(random, now)
  }

  readonly transport: Transport = {
    name: "virtual",
    canPause: true,
    seesStatus: true,
    dial: () =>
      Effect.gen({ self: this }, function* () {
        this.dials.push(this.#now())
        const welcome = this.welcomes.shift() ?? "accept"
        switch (welcome) {
          case "refuse 503":
            return yield* Effect.fail(new DialError("refused", "HTTP 503", { status: 503 }))
          case "refuse 429":
            return yield* Effect.fail(new DialError("refused", "HTTP 429", { status: 429, retryAfterMillis: 40_000 }))
          case "unreachable":
            return yield* Effect.fail(new DialError("network", "ECONNREFUSED"))
          case "no answer":
            return yield* Effect.fail(new DialError("timeout", "no answer"))
          default:
        }
        const link: VirtualLink = new VirtualLink(welcome, (text) => this.#receive(link, text))
        this.#links.add(link)
        this.mostLinks = Math.max(this.mostLinks, ++this.liveLinks)
        yield* Effect.addFinalizer(() =>
          Effect.sync(() => {
            this.liveLinks--
            link.over = true
            this.#links.delete(link)
          })
        )
        if (welcome !== "no ack") link.push(ack)
        if (welcome === "accept then close") link.close(new LinkClosed("closed", 1000))
        return link
      }),
  }

  /** Changes the world, and sends the changes to every client in one form or another. */
  change(amount: number): void {
    const messages: Array<Told> = []
    for (let index = 0; index < amount; index++) messages.push(this.truth.change())
    for (const link of this.#links) this.#tell(link, messages)
  }

  /** Sends more of the snapshots that are not complete yet. */
  snapshots(most: number): void {
    for (const link of this.#links) {
      for (let index = 0; index < most && link.pending.length > 0; index++) {
        if (link.welcome === "cut snapshot" && this.#dice.chance(0.3)) {
          this.#close(link)
          break
        }
        const told = this.truth.full("initial_state", ...link.pending.shift()!)
        if (told !== undefined) this.#frame(link, [told])
      }
    }
  }

  ping(): void {
    for (const link of this.#links) link.push(ping)
  }

  garbage(): void {
    for (const link of this.#links) link.push(this.#dice.pick(garbage))
  }

  drop(): void {
    for (const link of this.#links) this.#close(link)
  }

  hold(): void {
    for (const link of this.#links) link.held = true
  }

  release(): void {
    for (const link of this.#links) link.release()
  }

  restart(): void {
    this.drop()
    this.truth.replace()
  }

  #close(link: VirtualLink): void {
    const closed = this.#dice.pick([
      new LinkClosed("closed", 1000),
      new LinkClosed("closed", 1006),
      new LinkClosed("network", undefined, "ECONNRESET"),
      new LinkClosed("oversize", 1009),
    ])
    // A second frame that is too large ends a session for good, unless a connection in between brought data.
    const isSecond = closed.kind === "oversize" && this.#wasOversize
    if (closed.kind === "oversize") this.#wasOversize = true
    else if (link.broughtData) this.#wasOversize = false
    link.close(isSecond ? new LinkClosed("closed", 1009) : closed)
  }
  #wasOversize = false

  #receive(link: VirtualLink, text: string): void {
    if (link.over || link.welcome === "ignore subscribe") return
    const { filters } = JSON.parse(text) as { readonly filters: Filters }
    link.filters = filters
    if (this.#dice.chance(0.5)) link.push('{"action":"subscription_updated","status":"ok"}')
    link.pending = [...this.truth.seenBy(filters).keys()].map((place) => place.split("|") as [string, string])
  }

  #tell(link: VirtualLink, messages: ReadonlyArray<Told>): void {
    const { chance, below } = this.#dice
    const { filters } = link
    if (filters === undefined) return
    let mine = messages.filter(({ tells }) => tells.some((one) => this.truth.lets(filters, one.sportsbook, one.game)))
    // Between games of different sportsbooks no order is promised.
    if (chance(0.1) && new Set(mine.map(({ tells }) => tells[0]!.sportsbook)).size === mine.length) {
      mine = mine.toReversed()
    }
    while (mine.length > 0) {
      const some = mine.slice(0, 1 + below(3))
      mine = mine.slice(some.length)
      const whole = this.#frame(link, some)
      const { tells } = some.at(-1)!
      // A late arrival: sent before a removal, received after it. After an unreadable removal no client could recognize it.
      const [gone] = tells
      if (whole && gone !== undefined && gone.lines === undefined && chance(0.4)) {
        this.#frame(link, [this.truth.lateArrival(gone.sportsbook, gone.game)])
      }
    }
  }

  /** A frame, whole or broken, once or twice. Whether it was whole. */
  #frame(link: VirtualLink, messages: ReadonlyArray<Told>): boolean {
    const { chance, below } = this.#dice
    const whole = JSON.stringify(messages.length === 1 ? messages[0]!.value : messages.map(({ value }) => value))
    // From here on it is certain that it was data.
    const text = !this.calm && chance(0.02) ? whole.slice(0, 60 + below(whole.length - 60)) : whole
    this.told.set(text, messages.flatMap(({ tells }) => tells))
    link.push(text)
    if (!this.calm && chance(0.05)) link.push(text)
    return text === whole
  }
}
