/** What the server took of the filters that it was sent. */
import type { Filters } from "./Filters.ts"
import { isObject } from "./judge.ts"
import { cleanNotice } from "./Notice.ts"

/** One kind of filter that the server took otherwise than it was asked. */
export interface Narrowing {
  readonly kind: keyof Filters
  /** Undefined: all of them. */
  readonly asked: ReadonlyArray<string> | undefined
  readonly taken: ReadonlyArray<string>
}

const kinds = ["sports", "sportsbooks", "games", "markets"] as const

/** Where everything was asked for, a list this long may just be all there is. */
const mostOfAll = 5

/**
 * Where a `subscription_updated` names less than was asked for: per kind, what was asked and what the server says.
 *
 * What the message carries varies: the filters may be in `filters`, in `data.filters`, in `data`, or at the top; as
 * texts, or as objects with a `name`. Names are compared without case and surplus white space. A kind that it does not
 * mention was taken as asked; so was one asked without limits of which it lists none, or more than five.
 */
export const narrowings = (
  asked: Filters,
  message: { readonly [field: string]: unknown },
): ReadonlyArray<Narrowing> => {
  const taken = filtersIn(message)
  return kinds.flatMap((kind): ReadonlyArray<Narrowing> => {
    const names = namesIn(taken?.[kind])
    if (names === undefined) return []
    const wanted = asked[kind]
    if (wanted === undefined || wanted.length === 0) {
      return names.length === 0 || names.length > mostOfAll ? [] : [{ kind, asked: undefined, taken: names }]
    }
    const known = new Set(names.map(folded))
    return wanted.every((name) => known.has(folded(name))) ? [] : [{ kind, asked: wanted, taken: names }]
  })
}

/** `asked for sports NBA, MLB; the feed says NBA`. */
export const describeNarrowing = ({ kind, asked, taken }: Narrowing): string =>
  cleanNotice(
    `asked for ${asked === undefined ? `all ${kind}` : `${kind} ${listed(asked)}`}; the feed says ${
      taken.length === 0 ? "none" : listed(taken)
    }`,
  )

const mostListed = 10

const listed = (names: ReadonlyArray<string>): string =>
  names.length <= mostListed
    ? names.join(", ")
    : `${names.slice(0, mostListed).join(", ")} and ${names.length - mostListed} more`

const filtersIn = (
  message: { readonly [field: string]: unknown },
): { readonly [kind: string]: unknown } | undefined => {
  const { data } = message
  const inData = isObject(data) ? [data["filters"], data["subscription"], data] : []
  return [message["filters"], message["subscription"], ...inData, message].filter(isObject)
    .find((value) => kinds.some((kind) => namesIn(value[kind]) !== undefined))
}

const namesIn = (value: unknown): ReadonlyArray<string> | undefined =>
  Array.isArray(value)
    ? value.flatMap((each) =>
      typeof each === "string" ? [each] : isObject(each) && typeof each["name"] === "string" ? [each["name"]] : []
    )
    : undefined

const folded = (name: string): string => name.normalize("NFKC").replace(/\s+/g, " ").trim().toLowerCase()
