/** All faults, by the names that the command line and scenarios have for them. */
import { abort } from "./abort.ts"
import { acceptThenClose } from "./acceptThenClose.ts"
import type { Behavior } from "./Behavior.ts"
import { bookClear, sportClear } from "./clears.ts"
import { cutSnapshot } from "./cutSnapshot.ts"
import { drop } from "./drop.ts"
import { duplicate } from "./duplicate.ts"
import { errorThenClose } from "./errorThenClose.ts"
import { type Fault, fault } from "./Fault.ts"
import { garbage } from "./garbage.ts"
import { halfOpen } from "./halfOpen.ts"
import { ignoreSubscribe } from "./ignoreSubscribe.ts"
import { limitConnections } from "./limitConnections.ts"
import { mute } from "./mute.ts"
import { noAck } from "./noAck.ts"
import { omit } from "./omit.ts"
import { oversize } from "./oversize.ts"
import {
  choice,
  closeCode,
  count,
  flag,
  fraction,
  frames,
  shift,
  size,
  span,
  status,
  time,
  timeSpan,
  words,
} from "./Parameter.ts"
import { pingsOnly } from "./pingsOnly.ts"
import { refuse } from "./refuse.ts"
import { reorder } from "./reorder.ts"
import { restart } from "./restart.ts"
import { scheduled, type When } from "./scheduled.ts"
import { skew } from "./skew.ts"
import { slowDrip } from "./slowDrip.ts"
import type { FaultSpan } from "./Span.ts"
import { stall } from "./stall.ts"
import { lateArrivals } from "./lateArrivals.ts"
import { truncate } from "./truncate.ts"
import { unreadable } from "./unreadable.ts"

/** Only what was given: an option that is undefined is not one that is left out. */
const given = <T extends object>(
  values: { readonly [K in keyof T]: T[K] | undefined },
): { readonly [K in keyof T]?: T[K] } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: T[K] }

/** When something happens that is over at once. */
const moments = {
  after: span("when it first happens", "one every"),
  every: span("from one time to the next", "once; with --faults and neither: 30s"),
  times: count("how many times", "1 without every, otherwise unlimited"),
}

/** When something goes on for a while. */
const windows = {
  after: span("when it begins", "at once, or one every"),
  for: span("how long it lasts", "for good"),
  every: span("from one beginning to the next; needs for", "it begins once"),
  times: count("how many times it begins", "1 without every, otherwise unlimited"),
}

/** Between when and when something strikes that has a measure of its own. */
const stretch = {
  after: span("when it begins", "at once"),
  for: span("how long it lasts", "for good"),
}

/** The same for what strikes before there are frames to count. */
const timeStretch = {
  after: timeSpan("when it begins", "at once"),
  for: timeSpan("how long it lasts", "for good"),
}

/** Which frames are struck. */
const hits = {
  share: fraction("the probability for each data frame", "0.05 where every is left out"),
  every: frames("every so manieth data frame of a connection", "share decides"),
  times: count("how many frames altogether", "unlimited"),
  ...stretch,
}

/** What follows when something was lost. */
const mending = {
  mend: choice(["resend", "cut", "none"], "what tells the truth again: the games, a cut, or nothing", "resend"),
  within: span("how long that takes", "1s"),
}

const windowed = (inner: Behavior, values: { readonly [K in keyof When]?: When[K] }): Behavior => {
  if (values.every !== undefined && values.for === undefined) throw new RangeError("every needs for")
  return scheduled(inner, values)
}

const within = (
  inner: Behavior,
  { after, for: lasting }: { readonly after?: FaultSpan; readonly for?: FaultSpan },
): Behavior =>
  after === undefined && lasting === undefined
    ? inner
    : scheduled(inner, given<When>({ after, for: lasting, every: undefined, times: undefined }))

const whenOf = ({ after, every, for: lasting, times }: { readonly [K in keyof When]?: When[K] }): When =>
  given<When>({ after, every, for: lasting, times })

/** Every fault, in the order that lists show them. */
export const faults: ReadonlyArray<Fault> = [
  fault({
    name: "drop",
    about: "Closes the open connections cleanly, with a close frame.",
    client: "Doubts all it holds, backs off, comes back, and compares with the new snapshot.",
    momentary: true,
    parameters: { ...moments, code: closeCode("the close code", "1000"), reason: words("the close reason", "none") },
    make: (v) => scheduled(drop(given({ code: v.code, reason: v.reason })), whenOf(v)),
  }),
  fault({
    name: "abort",
    about: "Resets the open connections (TCP RST): what was under way is lost.",
    client: "The same as after a clean close, with the same back-off.",
    momentary: true,
    parameters: moments,
    make: (v) => scheduled(abort(), whenOf(v)),
  }),
  fault({
    name: "mute",
    about: "Sockets stay open and say nothing: no frames, no pings, no pongs. What waited comes when it ends.",
    client: "Sends WebSocket pings; without a pong in time it takes the connection for dead and redials.",
    parameters: windows,
    make: (v) => windowed(mute(), whenOf(v)),
  }),
  fault({
    name: "half-open",
    about:
      "The open connections are dead and no FIN says so: nothing sent, nothing read; reset when it ends. New ones work.",
    client: "The same as for mute: only its own pings tell it. Its old connection may still count at the server.",
    parameters: windows,
    make: (v) => windowed(halfOpen(), whenOf(v)),
  }),
  fault({
    name: "pings-only",
    about: "The feed's pings and answers go on, odds do not come. They come when it ends.",
    client:
      "Says that nothing is heard of its books, with their age; does not redial for it alone: markets can be quiet.",
    parameters: windows,
    make: (v) => windowed(pingsOnly(), whenOf(v)),
  }),
  fault({
    name: "stall",
    about: "All frames are held back, pings too, and then come in one burst. WebSocket pings are answered.",
    client:
      "Takes its book for stale once no frame came for longer than pings are apart; the burst brings it up to date.",
    parameters: windows,
    make: (v) => windowed(stall(), whenOf(v)),
  }),
  fault({
    name: "slow-drip",
    about: "Bytes trickle: a whole frame takes long, and pings and pongs wait behind it.",
    client: "Counts whole frames, not bytes, as signs of life: takes its book for stale, then redials.",
    parameters: { ...windows, rate: size("bytes a second on each connection", "1kB") },
    make: (v) => windowed(slowDrip(given({ bytesPerSecond: v.rate })), whenOf(v)),
  }),
  fault({
    name: "duplicate",
    about: "Frames, or single messages of them, come twice: at once or some frames later.",
    client: "Ends with the same book, and tells of no change the second time.",
    parameters: {
      ...hits,
      what: choice(["frames", "messages"], "what is repeated", "frames"),
      lag: frames("the copy comes up to so many data frames later", "0", 0),
    },
    make: (v) =>
      within(duplicate(given({ share: v.share, every: v.every, times: v.times, what: v.what, lag: v.lag })), v),
  }),
  fault({
    name: "reorder",
    about: "Messages of a burst come in another order, never those of one game at one book.",
    client: "Relies on no order between games and between books.",
    parameters: {
      burst: frames("data frames that make up a burst", "1"),
      share: fraction("the probability for each burst", "1"),
      ...stretch,
    },
    make: (v) => within(reorder(given({ burst: v.burst, share: v.share })), v),
  }),
  fault({
    name: "late-arrivals",
    about: "Updates of a game after its removal or a clear, stamped before it; and of what new filters exclude.",
    client: "Ignores what is stamped before the removal, and what it did not ask for: no line comes back to life.",
    parameters: {
      share: fraction("the probability for each removal and clear", "1"),
      most: count("how many for a clear, or a change of filters", "3"),
      lag: frames("they come up to so many data frames later", "0", 0),
      ...stretch,
    },
    make: (v) => within(lateArrivals(given({ share: v.share, most: v.most, lag: v.lag })), v),
  }),
  fault({
    name: "accept-then-close",
    about: "Connections are accepted and closed at once.",
    client: "Backs off further each time: a connection that opened is no success until data came.",
    parameters: {
      code: closeCode("the close code", "1000"),
      reason: words("the close reason", "none"),
      ack: flag("whether socket_connected is sent first", "no"),
      times: count("how many connections", "unlimited"),
      ...timeStretch,
    },
    make: (v) =>
      within(acceptThenClose(given({ code: v.code, reason: v.reason, afterAck: v.ack, connections: v.times })), v),
  }),
  fault({
    name: "refuse",
    about: "Dials, and REST requests too, are answered with an HTTP status.",
    client: "Backs off, at least as long as Retry-After says; a refused key (401, 403) it reports rather than hammers.",
    parameters: {
      "status": status("the HTTP status", "503"),
      "retry-after": time("the Retry-After header, in whole seconds", "none"),
      "body": words("the body of the answer", "the status in words"),
      "rest": flag("whether REST requests are refused too", "yes"),
      "times": count("how many dials", "unlimited"),
      ...timeStretch,
    },
    make: (v) => {
      const retryAfter = v["retry-after"]
      const retryAfterSeconds = retryAfter === undefined ? undefined : Math.ceil(retryAfter / 1000)
      return within(
        refuse(v.status ?? 503, given({ retryAfterSeconds, body: v.body, rest: v.rest, dials: v.times })),
        v,
      )
    },
  }),
  fault({
    name: "connection-limit",
    about: `A connection too many is refused: HTTP 503, or the text "too many concurrent connections" and a close.`,
    client: "Says what it is, waits half a minute or more, and never holds two connections where one is allowed.",
    parameters: {
      connections: count("how many may be open", "1", 0),
      as: choice(["status", "text"], "how it is said", "status"),
      ...timeStretch,
    },
    make: (v) => within(limitConnections(given({ connections: v.connections, as: v.as })), v),
  }),
  fault({
    name: "no-ack",
    about: "Connections open, and socket_connected never comes.",
    client: "Waits some seconds, then closes and backs off.",
    parameters: { times: count("how many connections", "unlimited"), ...timeStretch },
    make: (v) => within(noAck(given({ connections: v.times })), v),
  }),
  fault({
    name: "ignore-subscribe",
    about: "What a client says is not heard: only pings come.",
    client: "Says so after a while: what it asked for, which names exist, what else it may be.",
    parameters: { times: count("how many texts", "unlimited"), ...timeStretch },
    make: (v) => within(ignoreSubscribe(given({ times: v.times })), v),
  }),
  fault({
    name: "error-then-close",
    about: `A subscribe is answered with a bare {"error": …} and a close.`,
    client: "Shows the words to its user, and backs off.",
    parameters: {
      text: words("what it says", "Your trial has expired"),
      code: closeCode("the close code", "1000"),
      times: count("how many times", "unlimited"),
      ...timeStretch,
    },
    make: (v) => within(errorThenClose(v.text ?? "Your trial has expired", given({ code: v.code, times: v.times })), v),
  }),
  fault({
    name: "cut-snapshot",
    about: "Connections are cut in the middle of their snapshot; with times=2 the next one too.",
    client: "Sweeps nothing that the snapshot did not come to; is in doubt until a whole one has settled.",
    parameters: {
      frames: frames("snapshot frames that come before", "3", 0),
      code: closeCode("closes cleanly with it", "the TCP connection is cut"),
      times: count("how many connections", "1"),
      ...timeStretch,
    },
    make: (v) => within(cutSnapshot(v.frames ?? 3, given({ code: v.code, connections: v.times })), v),
  }),
  fault({
    name: "truncate",
    about: "A data frame's JSON ends in the middle; what it said is lost, and told again later.",
    client: "Carries on, reports it, and trusts no price that the lost frame may have been about.",
    parameters: { ...hits, ...mending },
    make: (v) =>
      within(truncate(given({ share: v.share, every: v.every, times: v.times, mend: v.mend, within: v.within })), v),
  }),
  fault({
    name: "omit",
    about: "A data frame of the stream never comes, and nothing says so.",
    client: "Cannot know of it: what it holds differs until the line moves again. `boltodds-pipe verify` finds it.",
    parameters: {
      ...hits,
      ...mending,
      mend: choice(["resend", "cut", "none"], "what tells the truth again: the games, a cut, or nothing", "none"),
    },
    make: (v) =>
      within(omit(given({ share: v.share, every: v.every, times: v.times, mend: v.mend, within: v.within })), v),
  }),
  fault({
    name: "oversize",
    about: "A data frame is blown up with white space; it says what it said.",
    client: "Reads it, or closes with 1009 and says which limit was too small.",
    parameters: {
      ...hits,
      share: fraction("the probability for each data frame", "every decides"),
      every: frames("every so manieth data frame of a connection", "10 where share is left out"),
      times: count("how many frames altogether", "1"),
      size: size("of the frame", "16MiB"),
    },
    make: (v) => {
      const every = v.every ?? (v.share === undefined ? 10 : undefined)
      return within(oversize(given({ share: v.share, every, times: v.times ?? 1, bytes: v.size })), v)
    },
  }),
  fault({
    name: "garbage",
    about:
      "Frames that are none come between the data, or in place of it: broken JSON, odd values, deep nesting, bytes.",
    client: "Carries on and counts them. Data that they took the place of it cannot know of.",
    parameters: { ...hits, replace: flag("whether they take the place of data", "no"), ...mending },
    make: (v) => {
      const { share, every, times, replace, mend, within: span } = v
      return within(garbage(given({ share, every, times, replace, mend, within: span })), v)
    },
  }),
  fault({
    name: "unreadable",
    about: "A line update in which one price among others cannot be read.",
    client: "Suspends that one outcome; takes the others.",
    needsWorld: true,
    momentary: true,
    parameters: { ...moments, odds: words("what the price is", "now this, now that") },
    make: (v) => scheduled(unreadable(given({ odds: v.odds })), whenOf(v)),
  }),
  fault({
    name: "skew",
    about: "The server's clock is wrong: all timestamps are shifted.",
    client: "Goes by the order of arrival, and shows the shift rather than hide it in a latency.",
    parameters: { ...windows, by: shift("how far; negative: behind", "-90s") },
    make: (v) => windowed(skew(given({ byMillis: v.by })), whenOf(v)),
  }),
  fault({
    name: "book-clear",
    about: "Sportsbooks clear all their games, for real; they come back one by one.",
    client: "Closes all lines of that book and of no other.",
    needsWorld: true,
    momentary: true,
    parameters: { ...moments, books: count("how many books at once", "1") },
    make: (v) => scheduled(bookClear(given({ books: v.books })), whenOf(v)),
  }),
  fault({
    name: "sport-clear",
    about: "Sportsbooks clear all their games of one sport, for real; they come back one by one.",
    client: "Closes all lines of that sport at that book and of no other.",
    needsWorld: true,
    momentary: true,
    parameters: { ...moments, books: count("how many books at once", "1") },
    make: (v) => scheduled(sportClear(given({ books: v.books })), whenOf(v)),
  }),
  fault({
    name: "restart",
    about: "The server goes away and comes back with another world: other games, other odds, and no removals.",
    client: "After the snapshot has settled it closes what is no longer there.",
    needsWorld: true,
    momentary: true,
    parameters: {
      ...moments,
      seed: count("of the world that it comes back with", "another one each time", 0),
      down: time("how long dials are reset", "0s"),
    },
    make: (v) => scheduled(restart(given({ seed: v.seed, downMillis: v.down })), whenOf(v)),
  }),
]

/** The fault of a name. */
export const faultNamed = (name: string): Fault | undefined => faults.find((fault) => fault.name === name)
