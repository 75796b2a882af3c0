/** The address of a webhook that a flag names: as it is, in a file, or in a variable. */
import { isLoopbackHost } from "@boltodds/text"
import { UsageError } from "../process/ExitCode.ts"
import type { ParsedFlags } from "./flags.ts"
import type { CommandLog } from "../log/Log.ts"
import { readConfigFile } from "../configuration/readConfigFile.ts"

/** What may stand after `webhook:`. */
export const webhookForms = "webhook:URL, webhook:@FILE or webhook:env:NAME"

/**
 * The address. `spec` is what follows `webhook:`, or the value of another flag, with `flag` for its messages. Throws a
 * `UsageError` or `BadConfiguration`, neither with a secret.
 */
export const webhookAddress = async (
  spec: string,
  env: Readonly<Record<string, string | undefined>>,
  flag = "--sink webhook:",
): Promise<string> => {
  if (spec.startsWith("@")) {
    const text = new TextDecoder().decode(await readConfigFile(spec.slice(1), "webhook address in")).trim()
    if (text === "") throw new UsageError(`Cannot use ${flag}@FILE: the file is empty. Write the URL into it.`)
    return text
  }
  if (!spec.startsWith("env:")) return spec
  const name = spec.slice("env:".length)
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    throw new UsageError(`Cannot use ${flag}env: expected the name of a variable such as HOOK_URL`)
  }
  const text = (env[name] ?? "").trim()
  if (text === "") throw new UsageError(`Cannot use ${flag}env:${name}: the variable is not set, or empty`)
  return text
}

/** Warns of addresses that everybody on this machine can read: who knows the address of a chat's webhook can post to it. */
export const warnOfWebhooksOnLine = (given: ParsedFlags, log: CommandLog): void =>
  warnOfAddresses(
    given.texts("sink").flatMap((spec) => spec.startsWith("webhook:") ? [spec.slice("webhook:".length)] : []),
    { flag: "--sink", instead: "webhook:@FILE or webhook:env:NAME" },
    log,
  )

/** The same for the addresses of any flag. */
export const warnOfAddresses = (
  addresses: ReadonlyArray<string>,
  { flag, instead }: { readonly flag: string; readonly instead: string },
  { log }: CommandLog,
): void => {
  const isShown = addresses.some((address) => {
    if (address.startsWith("@") || address.startsWith("env:")) return false
    return !(URL.canParse(address) && isLoopbackHost(new URL(address).hostname))
  })
  if (!isShown) return
  // The title takes the place of the arguments in what `ps` shows, from here on.
  process.title = "boltodds-pipe"
  log(
    "warn",
    `the address of a webhook was given with ${flag}: it is in your shell's history, and others may have seen it in ` +
      `\`ps\`; use ${instead}`,
  )
}
