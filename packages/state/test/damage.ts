/** What can happen to a message on its way, or in the next version of its server; its names are still somewhere in it. */
import { Buffer } from "node:buffer"
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib"

type Fields = Record<string, unknown>

/** A message of the feed about one game. */
export interface GameMessage extends Fields {
  readonly action: string
  readonly data: Fields & { readonly sportsbook: string; readonly game: string }
}

/** A damaged message, as the raw frame that it comes in. */
export interface Damage {
  readonly name: string
  readonly raw: string | Uint8Array
  /** Its names can be found: nothing but its game may become unverified. */
  readonly isNamed: boolean
}

interface Dice {
  readonly below: (n: number) => number
  readonly pick: <A>(from: ReadonlyArray<A>) => A
}

/** Dice of a generator of numbers in [0, 1). */
export const diceOf = (random: () => number): Dice => {
  const below = (n: number): number => Math.floor(random() * n)
  return { below, pick: (from) => from[below(from.length)]! }
}

const json = (value: unknown): string => JSON.stringify(value)

const unknownActions = [
  "odds_update",
  "LINE_UPDATE",
  "lineUpdate",
  "line-update",
  " line_update",
  "line_update_v2",
  "price_change",
  "Game_Update",
  "snapshot",
  "ping",
  "heartbeat",
  "ack",
  "error",
  "subscription_updated",
  "socket_connected",
]

/** Never the same. */
const renamed = (text: string, { pick }: Dice): string =>
  pick([text.toUpperCase(), `${text[0]!.toUpperCase()}${text.slice(1)}`])

/** Keys in other case, all of them in the same way; outcomes keep theirs, which are names. */
const otherCase = (value: unknown, rename: (name: string) => string): unknown => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).map((
      [name, field],
    ) => [rename(name), name === "outcomes" ? field : otherCase(field, rename)]),
  )
}

/** The shapes of messages: values that are put into a frame as JSON. */
const reshape = (message: GameMessage, dice: Dice): readonly [string, unknown] => {
  const { below, pick } = dice
  const { data } = message
  const { action: _, ...rest } = message
  const shapes: ReadonlyArray<() => readonly [string, unknown]> = [
    () => {
      const action = pick(unknownActions)
      return [`action ${action}`, { ...message, action }]
    },
    () => {
      const field = pick(["type", "event", "op", "kind", "msg_type"])
      return [`${field} in place of action`, { ...rest, [field]: message.action }]
    },
    () => {
      const action = pick<unknown>([7, null, true, ["line_update"], { name: "line_update" }])
      return [`action is ${json(action)}`, { ...message, action }]
    },
    () => ["no action", rest],
    () => {
      const field = pick(["payload", "body", "message", "update", "Data"])
      return [`data is called ${field}`, { ...rest, action: pick(unknownActions.slice(0, 9)), [field]: data }]
    },
    () => ["an envelope", { type: pick(["envelope", "batch", "event"]), payload: message }],
    () => ["an envelope with an array", { [pick(["messages", "updates", "data", "items"])]: [message] }],
    () => {
      let value: unknown = message
      const depth = 2 + below(30)
      for (let level = 0; level < depth; level++) value = below(2) === 0 ? { x: value } : { x: [value] }
      return [`${depth} envelopes`, value]
    },
    () => ["its text in a field", { type: "x", payload: json(message) }],
    () => ["its text in base64 in a field", { action: "x", payload: Buffer.from(json(message)).toString("base64") }],
    () => ["names as keys", { action: "x", [data.sportsbook]: { [data.game]: data["outcomes"] } }],
    () => {
      const rename = (name: string): string => renamed(name, dice)
      return ["keys in other case", otherCase(message, pick([(name: string) => name.toUpperCase(), rename]))]
    },
    () => {
      const outcomes = pick<unknown>([[data["outcomes"]], json(data["outcomes"]), 7, null, true])
      return ["outcomes of another type", { ...message, data: { ...data, outcomes } }]
    },
    () => ["a sport of another type", { ...message, data: { ...data, sport: pick<unknown>([7, null, ["MLB"], {}]) } }],
    () => [
      "names under other keys and in other case",
      {
        action: pick(unknownActions.slice(0, 9)),
        d: { book: pick([data.sportsbook, data.sportsbook.toUpperCase()]), event: data.game.toLowerCase(), odds: 7 },
      },
    ],
  ]
  return pick(shapes)()
}

/** One way to damage a message, drawn with the dice. */
export const damaged = (message: GameMessage, random: () => number): Damage => {
  const dice = diceOf(random)
  const { below, pick } = dice
  const [name, value] = below(4) === 0 ? ["as it is", message] as const : reshape(message, dice)
  const isChanged = value !== message
  const text = json(value)
  const framed = pick([text, `[${text}]`, `[{"action":"ping"},${text},{"action":"ping"}]`])
  const bytes = Buffer.from(framed)
  const forms: ReadonlyArray<() => Damage> = [
    ...isChanged
      ? [1, 2, 3, 4, 5, 6].map(() => () => ({ name, raw: pick<string | Uint8Array>([framed, bytes]), isNamed: true }))
      : [],
    () => {
      const times = 1 + below(3)
      let raw = text
      for (let time = 0; time < times; time++) raw = json(raw)
      return { name: `${name}, encoded ${times + 1} times`, raw, isNamed: true }
    },
    () => {
      // After the names, wherever they stand.
      const ends = [message.data.sportsbook, message.data.game].map((one) => {
        const at = text.toLowerCase().lastIndexOf(one.toLowerCase())
        return at === -1 ? text.length : at + one.length + 1
      })
      const from = Math.min(text.length - 1, Math.max(...ends))
      const raw = text.slice(0, from + below(text.length - from))
      return { name: `${name}, cut off`, raw: pick([raw, `[${raw}`]), isNamed: false }
    },
    () => ({ name: `${name}, not JSON`, raw: text.replace(/:"([+-]?\d+)"/, ':"$1').replace(/}$/, ""), isNamed: false }),
    () => ({ name: `${name}, single quotes`, raw: text.replaceAll('"', "'"), isNamed: false }),
    () => ({ name: `${name}, in gzip`, raw: gzipSync(bytes), isNamed: false }),
    () => ({ name: `${name}, in zlib`, raw: deflateSync(bytes), isNamed: false }),
    () => ({ name: `${name}, in zstd`, raw: zstdCompressSync(bytes), isNamed: false }),
    () => ({ name: `${name}, in brotli`, raw: brotliCompressSync(bytes), isNamed: false }),
    () => ({ name: `${name}, gzip in base64`, raw: gzipSync(bytes).toString("base64"), isNamed: false }),
    () => ({
      name: `${name}, in base64`,
      raw: bytes.toString(pick(["base64", "base64url", "hex"] as const)),
      isNamed: false,
    }),
    () => ({ name: `${name}, in UTF-16`, raw: Buffer.from(pick(["", "\uFEFF"]) + framed, "utf16le"), isNamed: false }),
    () => ({
      name: `${name}, in UTF-16 the other way round`,
      raw: Buffer.from(pick(["", "\uFEFF"]) + framed, "utf16le").swap16(),
      isNamed: false,
    }),
    () => {
      const marked = json({ ...(value as Fields), note: "M\u00E1laga" })
      return { name: `${name}, in Latin-1`, raw: Buffer.from(marked, "latin1"), isNamed: false }
    },
    () => ({
      name: `${name}, in a binary format`,
      raw: Buffer.concat([Buffer.from([0x82, 0xa6]), Buffer.from(framed), Buffer.from([0xff, 0xcb])]),
      isNamed: false,
    }),
  ]
  return pick(forms)()
}

/** Messages that nobody knows and that are about no odds. */
export const stranger = (
  names: { readonly sportsbook: string; readonly game: string },
  random: () => number,
): unknown => {
  const { below, pick } = diceOf(random)
  const action = pick(["announcement", "server_info", "promo", "session_status", "clock", "quota"])
  return pick<() => unknown>([
    () => ({ action, message: `about ${names.sportsbook} and ${names.game}` }),
    () => ({
      action,
      data: { text: "maintenance at 10:00", minutes: below(100), nested: { deep: [1, 2, { x: "y" }] } },
    }),
    () => ({ type: action, payload: { ok: true, server: "eu-1", since: "2026-07-16T04:54:37.438001+00:00" } }),
    () => ({ action, sportsbook: names.sportsbook, game: names.game, note: "no object in it" }),
    () => ({ action, data: {} }),
    () => ({ data: { status: "ok" } }),
    () => ({ action: "subscribed", filters: { sportsbooks: [names.sportsbook], games: [names.game] } }),
    () => ({ action: pick(["heartbeat", "pong", "keepalive"]), data: { sportsbook: names.sportsbook } }),
    () => pick<unknown>([{}, { type: "ping" }, { op: "ping", ts: below(1000) }, { event: "heartbeat" }]),
    () => ({
      action: "odds_update",
      data: { sportsbook: "nobody", game: "N vs M, 2026-07-16, 01", outcomes: { a: { odds: "-110" } } },
    }),
  ])()
}
