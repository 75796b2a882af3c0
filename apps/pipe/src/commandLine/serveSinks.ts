/** The sinks that the flags of a server mean. */
import { expectedButGot } from "@boltodds/text"
import { createHash } from "node:crypto"
import { resolve } from "node:path"
import type { CommandLog } from "../log/Log.ts"
import { UsageError } from "../process/ExitCode.ts"
import type { ParsedFlags } from "./flags.ts"

/** Sinks of a document, by their names. */
export type ServeSinks = Readonly<Record<string, object>>

/** The sinks of a server for these emits; with keys of clients, one more for the vendor's protocol. */
export const serveSinksOf = (
  given: ParsedFlags,
  emits: ReadonlyArray<string>,
  common: object,
  log: CommandLog | undefined,
): ServeSinks => {
  const listen = given.text("listen")
  const at = listen === undefined ? {} : { listen }
  const server = {
    ...at,
    ...tokenOf(given, log),
    ...fileOf(given, "tls-cert", "tls_cert"),
    ...fileOf(given, "tls-key", "tls_key"),
    ...given.isSet("allow-host") ? { allow_hosts: given.texts("allow-host") } : {},
    ...given.isSet("compress") ? { compress: true } : {},
  }
  const vendor = vendorOf(given, log)
  const all = vendor === undefined ? emits : [...emits, "vendor"]
  return Object.fromEntries(all.map((emit, index) => {
    const options = { ...index === 0 ? server : at, ...emit === "vendor" ? vendor : {} }
    return [index === 0 ? "serve" : `serve-${emit}`, { serve: options, ...emit === "vendor" ? {} : common, emit }]
  }))
}

const tokenOf = (given: ParsedFlags, log: CommandLog | undefined): object => {
  given.refuseBeside("token", ["token-file"], "leave one out")
  const token = given.text("token")
  if (token === undefined) return fileOf(given, "token-file", "token")
  warnOfSecret("token", log)
  return { token: token.replaceAll("$", "$$$$") }
}

const vendorOf = (given: ParsedFlags, log: CommandLog | undefined): object | undefined => {
  given.refuseBeside("client-keys", ["client-key"], "write its hash into the file")
  const keys = given.texts("client-key")
  if (keys.length > 0) warnOfSecret("client-key", log)
  const listed = keys.length > 0
    ? { client_keys: keys.map((key) => createHash("sha256").update(key).digest("hex")).join("\n") }
    : fileOf(given, "client-keys", "client_keys")
  if (Object.keys(listed).length === 0) {
    if (given.isSet("on-gap")) {
      const why = expectedButGot("--client-keys FILE beside it", "none")
      throw new UsageError(`Cannot use --on-gap: ${why}. It is about clients of the vendor's protocol`)
    }
    return undefined
  }
  const onGap = given.text("on-gap")
  return { ...listed, ...onGap === undefined ? {} : { on_gap: onGap } }
}

/** What a shell was given can be seen by others. */
const warnOfSecret = (flag: string, log: CommandLog | undefined): void => {
  process.title = "boltodds-pipe"
  log?.log(
    "warn",
    `--${flag} is in your shell's history, and others may have seen it in \`ps\`: prefer --${
      flag === "token" ? "token-file" : "client-keys"
    }`,
  )
}

const fileOf = (given: ParsedFlags, flag: string, option: string): object => {
  const path = given.text(flag)
  return path === undefined ? {} : { [option]: { file: resolve(path) } }
}
