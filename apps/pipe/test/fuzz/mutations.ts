/** Mutations of what comes from outside: of values, of the tokens of a text, and of bytes. */
import * as fc from "fast-check"

/** Numbers that a fuzzer chose; what they mean depends on the mutation. */
interface Choice {
  readonly at: number
  readonly other: number
  readonly times: number
}

/** A change of a JSON value at one of its nodes. */
export interface TreeMutation extends Choice {
  readonly kind: (typeof treeKinds)[number]
  readonly value: unknown
  readonly key: string
}

/** A change of the tokens of a text. */
export interface TokenMutation extends Choice {
  readonly kind: (typeof tokenKinds)[number]
  readonly token: string
}

/** A change of bytes. */
export interface ByteMutation extends Choice {
  readonly kind: (typeof byteKinds)[number]
  readonly bytes: ReadonlyArray<number>
}

/** Some of each level; most inputs have one or two mutations in all. */
export interface Mutations {
  readonly tree: ReadonlyArray<TreeMutation>
  readonly tokens: ReadonlyArray<TokenMutation>
  readonly bytes: ReadonlyArray<ByteMutation>
}

const treeKinds = ["replace", "remove", "duplicate", "swap", "rename", "nest", "lengthen", "retype"] as const
const tokenKinds = ["replace", "remove", "duplicate", "swap", "insert", "repeat", "cut"] as const
const byteKinds = ["replace", "remove", "duplicate", "swap", "insert", "cut", "flip", "encode"] as const

const hostileTexts = [
  ["", " ", "null", "NaN", "Infinity", "-110", "+0", "EVEN", "1e999", "99999999999999999999", "½", "١٢", "0x10"],
  ["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "then", "length"],
  [
    "\u0000",
    "\u001b[31m",
    "\u007f",
    "\u0085",
    "\u2028",
    "\u2029",
    "\u202e",
    "\ufeff",
    "\ufffd",
    "\ud800",
    "\udc00x",
  ],
  ["a\nb", "a\r\nb", "\t", "İ", "é", "\u{1f600}", "../..", "C:\\", "${HOME}", "$", "|", ":", "'", '"', "\\"],
  ["2026-02-30T25:61:61Z", "0000-00-00", "9999-12-31T23:59:59.999999+14:00", "2026-11-01, 01:30 AM"],
].flat()

const hostileNumbers = [
  0,
  -0,
  1,
  -1,
  0.1,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  Number.MAX_VALUE,
  -1e308,
  5e-324,
  8.64e15,
  8.64e15 + 1,
]

const hostileValues: ReadonlyArray<unknown> = [
  [null, true, false, [], {}, [[]], [null], [{}], { "": null }],
  [JSON.parse('{"__proto__":{"action":"ping"}}'), { toString: 1 }, JSON.parse('{"then":1}'), { length: -1 }, {
    action: "ping",
  }],
  hostileTexts,
  hostileNumbers,
].flat()

/** Names that mean something to the feed, to recordings or to configurations. */
const knownKeys = [
  ["action", "data", "timestamp", "sport", "sportsbook", "game", "info", "outcomes", "odds", "message", "error"],
  ["event", "session", "epoch", "at", "text", "base64", "boltodds_recording", "run", "seq", "change", "control"],
  ["source", "sinks", "version", "plugins", "where", "processors", "lane", "emit", "file", "url", "secret", "env"],
].flat()

const hostileTokens = [
  ["{", "}", "[", "]", ",", ":", '"', "'", "\\", "#", "&", "*", "!", "|", ">", "-", "?", "%", "@", "`", "~", "="],
  ["null", "true", "NaN", "-Infinity", "1e999", "-0", "00", "0x1", "1.", ".5", "1e-400", "${", "$$", "<<: ", "*a"],
  ['"\\ud800"', '"\\u0000"', '"__proto__"', '"__proto__":{},', '"\\x"', "---\n", "...", "\n", "\r\n", "\n  ", "\t"],
  ["\u0000", "\u2028", "\ufeff", "&a [*a]", "!!binary x", "&&", "||", "==", "(", ")", "[0]", "matches('(a+)+$')"],
].flat()

/** Ill-formed UTF-8, marks of encodings, and separators. */
const hostileBytes = [
  [[0], [0xff], [0xfe, 0xff], [0xff, 0xfe], [0xef, 0xbb, 0xbf], [0xc0, 0x80], [0xed, 0xa0, 0x80], [
    0xf4,
    0x90,
    0x80,
  ]],
  [[0xf0, 0x9f], [0x80], [0x0a], [0x0d], [0x1e], [0x1f, 0x8b, 8, 0], [0x28, 0xb5, 0x2f, 0xfd], [0x22], [0x5c], [
    0x7b,
  ]],
].flat()

/** Mostly few: a deep or long input costs what a hundred others do. */
const times = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 4, arbitrary: fc.integer({ min: 7, max: 300 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 20_000 }) },
)
const choice = { at: fc.nat(1 << 20), other: fc.nat(1 << 20), times }
const text = fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: "binary", maxLength: 8 }))

const treeMutation: fc.Arbitrary<TreeMutation> = fc.record({
  ...choice,
  kind: fc.constantFrom(...treeKinds),
  value: fc.oneof(
    fc.constantFrom(null, true, 0, "", [], {}),
    fc.constantFrom(...hostileValues),
    fc.jsonValue({ maxDepth: 2 }),
    fc.double(),
  ),
  key: fc.oneof(text, fc.constantFrom(...knownKeys)),
})
const tokenMutation: fc.Arbitrary<TokenMutation> = fc.record({
  ...choice,
  kind: fc.constantFrom(...tokenKinds),
  token: fc.oneof(fc.constantFrom(...hostileTokens), text, text.map((each) => JSON.stringify(each))),
})
const byteMutation: fc.Arbitrary<ByteMutation> = fc.record({
  ...choice,
  kind: fc.constantFrom(...byteKinds),
  bytes: fc.oneof(fc.constantFrom(...hostileBytes), fc.array(fc.nat(255), { maxLength: 4 })),
})

const few = <A>(of: fc.Arbitrary<A>): fc.Arbitrary<ReadonlyArray<A>> => fc.array(of, { minLength: 1, maxLength: 3 })
const none = fc.constant([])

/** Mutations of bytes alone; mostly none. */
export const byteMutations: fc.Arbitrary<ReadonlyArray<ByteMutation>> = fc.oneof(
  { weight: 3, arbitrary: none },
  { weight: 1, arbitrary: few(byteMutation) },
)

/** Mutations at one level or at several. */
export const mutations: fc.Arbitrary<Mutations> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ tree: few(treeMutation), tokens: none, bytes: none }) },
  { weight: 4, arbitrary: fc.record({ tree: none, tokens: few(tokenMutation), bytes: none }) },
  { weight: 2, arbitrary: fc.record({ tree: none, tokens: none, bytes: few(byteMutation) }) },
  {
    weight: 1,
    arbitrary: fc.record({ tree: few(treeMutation), tokens: few(tokenMutation), bytes: few(byteMutation) }),
  },
)

/** A value, mutated and written by `write`, as bytes; what is no value is given as its text. */
export const mutatedBytes = (
  from: { readonly value: unknown } | { readonly text: string },
  { tree, tokens, bytes }: Mutations,
  write: (value: unknown) => string = (value) => JSON.stringify(value) ?? "",
): Uint8Array => {
  const written = "text" in from ? from.text : write(tree.reduce(mutateTree, from.value))
  return brokenBytes(Buffer.from(tokens.reduce(mutateTokens, written), "utf8"), bytes)
}

/** Bytes, mutated as they are. */
export const brokenBytes = (from: Uint8Array, bytes: ReadonlyArray<ByteMutation>): Uint8Array =>
  bytes.reduce(mutateBytes, from)

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const nodesOf = (value: unknown): number =>
  Array.isArray(value) || isObject(value)
    ? Object.values(value).reduce((sum: number, each) => sum + nodesOf(each), 1)
    : 1

/** Mutates one node. A key `__proto__` becomes an own property, as in a parsed text. */
const mutateTree = (root: unknown, mutation: TreeMutation): unknown => {
  let left = mutation.at % nodesOf(root)
  const visit = (node: unknown): unknown => {
    const isMeant = left-- === 0
    const copy = Array.isArray(node)
      ? node.map(visit)
      : isObject(node)
      ? Object.fromEntries(Object.entries(node).map(([key, value]) => [key, visit(value)]))
      : node
    return isMeant ? mutateNode(copy, mutation) : copy
  }
  return visit(root)
}

const mutateNode = (node: unknown, mutation: TreeMutation): unknown => {
  const { kind, other, times, value, key } = mutation
  switch (kind) {
    case "replace":
      return value
    case "nest": {
      // Deeper ones are made of tokens: JSON.stringify is recursive.
      let nested = node
      for (let depth = 0; depth < Math.min(times, 500); depth++) nested = other % 2 === 0 ? [nested] : { [key]: nested }
      return nested
    }
    case "retype":
      if (typeof node === "string") return other % 2 === 0 ? Number(node) : [node]
      if (Array.isArray(node)) return other % 2 === 0 ? { ...node } : node[0] ?? null
      return isObject(node) ? Object.entries(node) : String(node)
    case "lengthen":
      if (typeof node === "string") return (node + key).repeat(Math.min(times, 2_000))
      if (Array.isArray(node)) return Array.from({ length: Math.min(times, 300) }, () => node).flat()
      return isObject(node)
        ? { ...node, ...Object.fromEntries(Array.from({ length: times }, (_, n) => [key + n, value])) }
        : node
    default:
      if (Array.isArray(node)) return mutateList(node, mutation)
      return isObject(node) ? Object.fromEntries(mutateEntries(Object.entries(node), mutation)) : value
  }
}

const mutateList = <A>(
  items: ReadonlyArray<A>,
  { kind, other, times }: Choice & { readonly kind: string },
): Array<A> => {
  const copy = [...items]
  const index = copy.length === 0 ? 0 : other % copy.length
  if (kind === "remove") copy.splice(index, Math.min(times, 3))
  else if (kind === "duplicate") copy.splice(index, 0, ...copy.slice(index, index + times))
  else copy.reverse()
  return copy
}

const mutateEntries = (
  entries: ReadonlyArray<[string, unknown]>,
  { kind, at, other, times, key }: TreeMutation,
): ReadonlyArray<[string, unknown]> => {
  if (entries.length === 0) return [[key, null]]
  const [name, value] = entries[other % entries.length]!
  switch (kind) {
    case "remove":
      return entries.filter(([each]) => each !== name)
    case "duplicate":
      return [...entries, [key, value]]
    case "rename":
      return entries.map((entry) => entry[0] === name ? [key, value] : entry)
    default: {
      const [otherName, otherValue] = entries[(at + times) % entries.length]!
      return entries.map(([each, kept]) => [each, each === name ? otherValue : each === otherName ? value : kept])
    }
  }
}

/** A quoted text is bounded: the engine's stack is. */
const tokenPattern = /"(?:[^"\\]|\\.){0,2000}"|-?\d[\d.eE+-]*|\s+|\w+|./gsu

const mutateTokens = (from: string, { kind, at, other, times, token }: TokenMutation): string => {
  const tokens = from.match(tokenPattern) ?? [""]
  const index = at % tokens.length
  switch (kind) {
    case "replace":
      tokens[index] = token
      break
    case "remove":
      tokens.splice(index, Math.min(times, 50))
      break
    case "duplicate":
      tokens.splice(index, 0, ...tokens.slice(index, index + 1 + (other % 40)))
      break
    case "swap": {
      const second = other % tokens.length
      const [one, two] = [tokens[index]!, tokens[second]!]
      tokens[index] = two
      tokens[second] = one
      break
    }
    case "insert":
      tokens.splice(index, 0, token)
      break
    case "repeat":
      tokens.splice(index, 0, (other % 2 === 0 ? token : tokens[index]!).slice(0, 100).repeat(times))
      break
    case "cut":
      tokens.splice(index)
  }
  return tokens.join("").toWellFormed()
}

const encodings = ["utf16le", "latin1"] as const
const marks = [[], [0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff]]

const mutateBytes = (from: Uint8Array, { kind, at, other, times, bytes }: ByteMutation): Uint8Array => {
  const index = from.length === 0 ? 0 : at % from.length
  const length = 1 + (other % 64)
  const [before, middle, after] = [
    from.subarray(0, index),
    from.subarray(index, index + length),
    from.subarray(index + length),
  ]
  switch (kind) {
    case "replace":
      return Buffer.concat([before, Buffer.from(bytes), from.subarray(index + bytes.length)])
    case "remove":
      return Buffer.concat([before, after])
    case "duplicate":
      return Buffer.concat([before, ...Array.from({ length: Math.min(times, 300) }, () => middle), after])
    case "swap":
      return Buffer.concat([after, middle, before])
    case "insert":
      return Buffer.concat([before, ...Array.from({ length: times }, () => Buffer.from(bytes)), from.subarray(index)])
    case "cut":
      return Buffer.from(other % 2 === 0 ? before : from.subarray(index))
    case "flip": {
      const copy = Buffer.from(from)
      if (copy.length > 0) copy[index]! ^= 1 << (other % 8)
      return copy
    }
    case "encode":
      return Buffer.concat([
        Buffer.from(marks[times % marks.length]!),
        other % 3 === 0 ? from : Buffer.from(Buffer.from(from).toString("utf8"), encodings[other % encodings.length]),
      ])
  }
}
