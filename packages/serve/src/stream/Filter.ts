/** What a client asks for. */
import { isDeepStrictEqual } from "node:util"
import { didYouMean } from "@boltodds/text"

/** A filter as a client gives it. A list that is left out means all; names match exactly. */
export interface ClientFilter {
  readonly sportsbook?: ReadonlyArray<string>
  readonly sport?: ReadonlyArray<string>
  readonly game?: ReadonlyArray<string>
  /** A condition in CEL, as in `where` of a configuration. */
  readonly where?: string
}

/** What a client asks for cannot be given; the message is for the client. */
export class ClientMistake extends Error {
  readonly _tag = "ClientMistake"
  /** The HTTP status. */
  readonly status: number

  constructor(message: string, status = 400) {
    super(message)
    this.name = "ClientMistake"
    this.status = status
  }
}

const lists = ["sportsbook", "sport", "game"] as const
const keys: ReadonlyArray<string> = [...lists, "where"]

/** The filter of the parameters of an address: `?sport=NBA&sport=NFL&where=odds>=150`. Throws {@link ClientMistake}. */
export const filterOfQuery = (query: URLSearchParams, others: ReadonlyArray<string>): ClientFilter => {
  for (const name of query.keys()) {
    if (keys.includes(name) || others.includes(name)) continue
    throw new ClientMistake(
      `Unknown parameter ${JSON.stringify(name.slice(0, 40))}.${didYouMean(name, [...keys, ...others])}`,
    )
  }
  const conditions = query.getAll("where")
  if (conditions.length > 1) throw new ClientMistake("Cannot use several conditions: join them with && in one `where`")
  return normal({
    ...Object.fromEntries(lists.flatMap((name) => query.has(name) ? [[name, query.getAll(name)]] : [])),
    ...conditions[0] === undefined ? {} : { where: conditions[0] },
  })
}

/** The filter of a message: `{"filter": {"sport": ["NBA"], "where": "odds >= 150"}}`. Throws {@link ClientMistake}. */
export const filterOfMessage = (text: string): ClientFilter => {
  const example = '{"filter": {"sport": ["NBA"]}}'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ClientMistake(`Cannot read the message: ${(cause as Error).message}. Write ${example}`)
  }
  if (!isObject(value) || !isObject(value["filter"]) || !isDeepStrictEqual(Object.keys(value), ["filter"])) {
    throw new ClientMistake(`Cannot use the message: expected an object with a filter. Write ${example}`)
  }
  const given = value["filter"]
  for (const [name, found] of Object.entries(given)) {
    if (!keys.includes(name)) {
      throw new ClientMistake(`Unknown filter ${JSON.stringify(name.slice(0, 40))}.${didYouMean(name, keys)}`)
    }
    const isText = typeof found === "string"
    const isList = Array.isArray(found) && found.every((one) => typeof one === "string")
    if (name === "where" ? isText : isList) continue
    throw new ClientMistake(
      `Cannot use the filter ${name}: expected ${name === "where" ? "a text" : "a list of texts"}`,
    )
  }
  return normal(given)
}

/** Equal filters have equal texts. */
export const filterKey = (filter: ClientFilter): string =>
  JSON.stringify([filter.sportsbook, filter.sport, filter.game, filter.where])

/** Whether everything passes. */
export const takesAll = (filter: ClientFilter): boolean => filterKey(filter) === filterKey({})

/** The most names in a list, and the longest condition. */
const mostNames = 1_000

const normal = (filter: ClientFilter): ClientFilter => {
  for (const name of lists) {
    if ((filter[name]?.length ?? 0) > mostNames) {
      throw new ClientMistake(`Cannot use the filter ${name}: it has more than ${mostNames} names`)
    }
  }
  const { where } = filter
  return {
    ...Object.fromEntries(lists.flatMap((name) => {
      const list = filter[name]
      return list === undefined ? [] : [[name, [...new Set(list)].toSorted()]]
    })),
    ...where === undefined || where.trim() === "" ? {} : { where: where.trim() },
  }
}

/** Whether a record has the names of a filter. One that does not name a thing is about all of them. */
export const namesHold = (filter: ClientFilter): (value: unknown) => boolean => {
  const wanted = lists.flatMap((name) => {
    const list = filter[name]
    return list === undefined ? [] : [[name, new Set(list)] as const]
  })
  return (value) =>
    wanted.every(([name, names]) => {
      const found = fieldOf(value, name)
      return typeof found !== "string" || names.has(found)
    })
}

/** A field of a record, or of the `data` of a message. */
const fieldOf = (value: unknown, name: string): unknown => {
  if (!isObject(value)) return undefined
  const found = value[name]
  return found === undefined && isObject(value["data"]) ? value["data"][name] : found
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
