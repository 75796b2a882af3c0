/** The flags of the streaming commands, as the small configuration that they are. */
import { expectedButGot } from "@boltodds/text"
import { UsageError } from "../process/ExitCode.ts"
import type { ParsedFlags } from "./flags.ts"
import type { PartNames } from "@boltodds/parts"
import { serveSinksOf } from "./serveSinks.ts"
import { emitOf, escaped } from "./signalFlags.ts"
import { webhookAddress, webhookForms } from "./webhookAddress.ts"

/** A document, as a configuration file has it; only what was given is in it. */
export interface FlagDocument {
  readonly version: 1
  readonly source: { readonly [name: string]: object }
  readonly sinks: { readonly [name: string]: object }
  readonly run: object
}

/** The document that these flags mean. Throws a `UsageError` for what does not fit together. */
export const documentOf = async (
  given: ParsedFlags,
  source: FlagDocument["source"],
  env: Readonly<Record<string, string | undefined>>,
  { plainSink = "stdout", ...options }: {
    /** The sink where none is given. Default `stdout`; null: no sink. */
    readonly plainSink?: "stdout" | "lines" | null
    /** The emit of the sinks, with its options. Default: as the flags say. */
    readonly emit?: string | object | undefined
  } = {},
): Promise<FlagDocument> => {
  const emit = "emit" in options ? options.emit : await emitOf(given)
  const specs = given.texts("sink")
  const resume = given.text("resume")
  if (resume !== undefined && given.isSet("no-control")) {
    throw new UsageError("Cannot use --resume with --no-control: readers would not learn that nothing is live yet")
  }
  const where = given.text("where")
  const common = {
    ...emit === undefined ? {} : { emit },
    ...where === undefined ? {} : { where },
    ...given.isSet("no-control") ? { control: false } : {},
    ...given.isSet("meta") ? { meta: true } : {},
  }
  const sinks = specs.length > 0
    ? await Promise.all(specs.map((spec) => sinkOf(spec, env)))
    : plainSink === null
    ? []
    : [{ type: plainSink, options: {} }]
  given.refuseWithout("listen", ["token-file"], "it is for clients of the server")
  given.refuseBeside("listen", ["no-control"], "clients would believe prices after a gap")
  const name = given.text("emit") ?? "changes"
  const served = given.isSet("listen") ? serveSinksOf(given, [name], common, undefined) : {}
  return {
    version: 1,
    source,
    sinks: {
      ...Object.fromEntries(sinks.map(({ type, options }, index) => {
        const nth = sinks.slice(0, index).filter((other) => other.type === type).length
        const name = nth === 0 ? type : `${type}-${nth + 1}`
        return [name, { [type]: options, ...common }]
      })),
      // With its options.
      ...emit === undefined ? served : Object.fromEntries(
        Object.entries(served).map(([sink, options]) => [sink, { ...options, emit }]),
      ),
    },
    run: { ...runOf(given), ...resume === undefined ? {} : { resume: escaped(resume) } },
  }
}

/** What flags say of the run as a whole. */
export const runOf = (given: ParsedFlags): object => {
  const count = given.number("count", { least: 1 })
  const forMillis = given.millis("for")
  return {
    ...count === undefined ? {} : { count },
    ...forMillis === undefined ? {} : { for: `${forMillis}ms` },
    ...given.isSet("report") ? { report: true } : {},
  }
}

/** The parts that a document names. */
export const partNamesOf = ({ source, sinks }: FlagDocument): PartNames => ({
  source: Object.keys(source)[0]!,
  sinks: Object.values(sinks).map((sink) => Object.keys(sink)[0]!),
  emits: Object.values(sinks).flatMap(({ emit }: { readonly emit?: string | object }) =>
    emit === undefined ? [] : typeof emit === "string" ? [emit] : Object.keys(emit)
  ),
})

/** Where the secret of a webhook that a flag names comes from. */
export const webhookSecretVariable = "BOLTODDS_WEBHOOK_SECRET"

interface SinkSpec {
  readonly type: "stdout" | "file" | "webhook"
  readonly options: object
}

const sinkOf = async (spec: string, env: Readonly<Record<string, string | undefined>>): Promise<SinkSpec> => {
  const colon = spec.indexOf(":")
  const [type, rest] = colon === -1 ? [spec, ""] : [spec.slice(0, colon), spec.slice(colon + 1)]
  if (type === "stdout" && rest === "") return { type, options: {} }
  if (type === "file" && rest !== "") return { type, options: { path: escaped(rest) } }
  if (type === "webhook" && rest !== "") {
    const secret = env[webhookSecretVariable]
    // Loaded for a webhook only, which needs all of it anyway. The host chooses the format, and chats are not signed.
    const { webhookFormat } = await import("@boltodds/sink-webhook")
    const address = await webhookAddress(rest, env)
    const signing = secret === undefined || secret === "" || webhookFormat(address) !== "standard"
      ? { unsigned: true }
      : { secret: { env: webhookSecretVariable } }
    return { type, options: { url: escaped(address), ...signing } }
  }
  // A webhook's URL may hold a token.
  const shown = type === "webhook" ? "webhook:" : spec.includes("://") ? "***" : spec
  throw new UsageError(`Cannot use --sink: ${expectedButGot(`stdout, file:PATH, ${webhookForms}`, shown)}`)
}
