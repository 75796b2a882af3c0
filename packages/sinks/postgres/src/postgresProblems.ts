/** What is wrong with options, before anything is opened. */
import { isLoopbackHost } from "@boltodds/text"
import { tableOf, tables } from "@boltodds/tables"
import { schemaPattern } from "./PostgresOptions.ts"

/** A mistake in options. */
export interface PostgresProblem {
  /** Where: a key as a configuration writes it. */
  readonly path: ReadonlyArray<string | number>
  /** What is wrong. Shows no secret. */
  readonly message: string
  /** What to do. */
  readonly remedy: string
}

/** Options to be checked: undefined where one is left out, or is wrong in another way that is reported already. */
export interface PostgresCheckable {
  readonly url: string | undefined
  readonly encrypted: boolean | undefined
  readonly allowInsecure: boolean
  readonly hasCa: boolean
  readonly hasCert: boolean
  readonly hasKey: boolean
  readonly schema: string | undefined
  readonly emit: string | undefined
  readonly latest: boolean | undefined
}

const form = "write it as postgres://host:5432/database"

/** All mistakes in options, each at its place. */
export const postgresProblems = (options: PostgresCheckable): ReadonlyArray<PostgresProblem> => {
  const { url, encrypted, allowInsecure, hasCa, hasCert, hasKey, schema, emit, latest } = options
  return [
    ...url === undefined ? [] : urlProblems(url, encrypted, allowInsecure),
    ...hasCert === hasKey
      ? []
      : [problem(hasCert ? "cert" : "key", "cert and key belong together", "give both, or none of them")],
    ...encrypted === false && (hasCa || hasCert)
      ? [problem("encrypted", "there are certificates, and no encryption", "leave encrypted out, or the certificates")]
      : [],
    ...schema === undefined || schemaPattern.test(schema) ? [] : [
      problem(
        "schema",
        "it is no name that needs no quotes",
        "use small letters, digits and _, 48 at most, and no digit first",
      ),
    ],
    ...emit === undefined || tableOf(emit) !== undefined ? [] : [
      {
        path: [],
        message: `records of ${emit} have no columns`,
        remedy: `write emit: with one of ${tables.map(({ name }) => name).join(", ")}`,
      },
    ],
    ...latest === true && emit !== undefined && emit !== "changes"
      ? [
        problem(
          "latest",
          `the latest records of ${emit} are not a book: latest needs emit: changes`,
          "leave it out, or write `emit: changes`",
        ),
      ]
      : [],
  ]
}

/** The host with its port, for a manifest; undefined for a URL that is not valid. */
export const postgresHost = (url: string): string | undefined => {
  const address = addressOf(url)
  return address === undefined ? undefined : `${address.hostname}:${address.port === "" ? 5432 : address.port}`
}

const urlProblems = (
  url: string,
  encrypted: boolean | undefined,
  allowInsecure: boolean,
): ReadonlyArray<PostgresProblem> => {
  const address = addressOf(url)
  if (address === undefined || address.hostname === "") return [problem("url", "url is not an address", form)]
  const { protocol, username, password, hostname, pathname, search, hash } = address
  if (protocol !== "postgres:" && protocol !== "postgresql:") {
    return [problem("url", `url begins with ${protocol}//`, form)]
  }
  if (username !== "" || password !== "") {
    return [
      problem("url", "url holds a user or a password", "write them as user and password, which are kept secret"),
    ]
  }
  if (!/^\/[^/]+$/.test(pathname) || search !== "" || hash !== "") {
    return [problem("url", "url does not end with the name of a database", form)]
  }
  return encrypted !== false || allowInsecure || isLoopbackHost(hostname) ? [] : [
    problem(
      "encrypted",
      `what is sent to ${hostname} can be read on the way`,
      "leave encrypted out, or set allow_insecure: true",
    ),
  ]
}

/** `postgres://` may be left out. */
export const addressOf = (url: string): URL | undefined => {
  const whole = url.includes("://") ? url : `postgres://${url}`
  return URL.canParse(whole) ? new URL(whole) : undefined
}

const problem = (key: string, message: string, remedy: string): PostgresProblem => ({ path: [key], message, remedy })
