/** What is wrong with options, before anything is opened. */
import { isLoopbackHost } from "@boltodds/text"
import { namePattern } from "./NatsOptions.ts"

/** A mistake in options. */
export interface NatsProblem {
  /** Where: a key as a configuration writes it, and what is inside of it. */
  readonly path: ReadonlyArray<string | number>
  /** What is wrong. Shows no secret. */
  readonly message: string
  /** What to do. */
  readonly remedy: string
}

/** Options to be checked: undefined where one is left out, or is wrong in another way that is reported already. */
export interface NatsCheckable {
  readonly servers: string | ReadonlyArray<string> | undefined
  readonly allowInsecure: boolean
  /** The kinds of credentials that are given, as keys of a configuration. */
  readonly credentials: ReadonlyArray<string>
  /** The text of the credentials, if it is known. */
  readonly credentialsText: string | undefined
  readonly hasPassword: boolean
  readonly hasCert: boolean
  readonly hasKey: boolean
  /** Names of the feed and of streams, by their keys in a configuration. */
  readonly names: { readonly [key: string]: string | undefined }
}

/** All mistakes in options, each at its place. */
export const natsProblems = (options: NatsCheckable): ReadonlyArray<NatsProblem> => {
  const { servers, allowInsecure, credentials, credentialsText, hasPassword, hasCert, hasKey, names } = options
  const list = typeof servers === "string" ? [servers] : servers ?? []
  const placeOf = (index: number) => typeof servers === "string" ? ["servers"] : ["servers", index]
  const schemes = new Set(list.map((server) => addressOf(server)?.protocol ?? "").filter((scheme) => scheme !== ""))
  return [
    ...servers !== undefined && list.length === 0
      ? [problem(["servers"], "servers is empty", "name a server, such as tls://host:4222, or leave it out")]
      : [],
    ...list.flatMap((server, index) => serverProblems(server, placeOf(index), allowInsecure)),
    ...schemes.size > 1
      ? [problem(["servers"], "servers mixes tls:// and nats://", "write tls:// for all, or nats:// for all")]
      : [],
    ...credentials.length > 1
      ? [problem([credentials[1]!], `${credentials.join(" and ")} are given`, "keep one of them")]
      : [],
    ...credentialsText === undefined || credentialsText.includes("BEGIN NATS USER JWT") ? [] : [
      problem(
        ["credentials"],
        "expected the text of a credentials file, found one without a JWT",
        "where it is the path of a file write `{ file: path }`",
      ),
    ],
    ...credentials.includes("user") === hasPassword ? [] : [
      problem(
        [hasPassword ? "password" : "user"],
        "user and password belong together",
        "give both, or none of them",
      ),
    ],
    ...hasCert === hasKey
      ? []
      : [problem([hasCert ? "cert" : "key"], "cert and key belong together", "give both, or none of them")],
    ...Object.entries(names).flatMap(([key, name]) =>
      name === undefined || namePattern.test(name) ? [] : [
        problem(
          [key],
          "it is empty or long, or has characters that no stream may have",
          "use 1 to 64 letters, digits, _ and -",
        ),
      ]
    ),
  ]
}

/** The hosts of servers with their ports, for a manifest. Those that are not valid are left out. */
export const natsHosts = (servers: string | ReadonlyArray<string>): ReadonlyArray<string> =>
  (typeof servers === "string" ? [servers] : servers).flatMap((server) => {
    const address = addressOf(server)
    return address === undefined ? [] : [`${address.hostname}:${address.port === "" ? 4222 : address.port}`]
  })

const serverProblems = (
  server: string,
  path: NatsProblem["path"],
  allowInsecure: boolean,
): ReadonlyArray<NatsProblem> => {
  const address = addressOf(server)
  if (address === undefined || address.hostname === "") {
    return [problem(path, "a server is not an address", "write it as tls://host:4222 or nats://host:4222")]
  }
  const { protocol, username, password, hostname, pathname, search } = address
  if (protocol !== "nats:" && protocol !== "tls:") {
    return [problem(path, `a server begins with ${protocol}//`, "write it as tls://host:4222 or nats://host:4222")]
  }
  if (username !== "" || password !== "") {
    return [
      problem(path, "a server holds a user or a password", "write them as user and password, which are kept secret"),
    ]
  }
  if (pathname.length > 1 || search !== "") {
    return [problem(path, "a server has something after its port", "write it as tls://host:4222")]
  }
  return protocol === "tls:" || allowInsecure || isLoopbackHost(hostname)
    ? []
    : [problem(path, `nats:// to ${hostname} can be read on the way`, "use tls://, or set allow_insecure: true")]
}

/** `nats://` may be left out. */
const addressOf = (server: string): URL | undefined => {
  const whole = server.includes("://") ? server : `nats://${server}`
  return URL.canParse(whole) ? new URL(whole) : undefined
}

const problem = (path: NatsProblem["path"], message: string, remedy: string): NatsProblem => ({ path, message, remedy })
