/** The source `serve`: the records that another process serves. */
import { type OptionProblem, PositiveDuration, type SourcePlugin, type WrittenOptions } from "@boltodds/config"
import { wsDial } from "@boltodds/serve"
import { addressProblem, serveReaderCheck, type ServeReaderOptions, serveRecords } from "@boltodds/serve/reader"
import { ReferencedText } from "@boltodds/sink"
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { PartsHost } from "../PartsHost.ts"
import { serverSource } from "./serverSource.ts"

/** Options of a server that is read. */
export interface ServeSourceOptions {
  readonly url: string
  readonly token?: Redacted.Redacted<string>
  readonly ca?: string
  readonly allow_insecure?: boolean
  readonly sport?: ReadonlyArray<string>
  readonly sportsbook?: ReadonlyArray<string>
  readonly game?: ReadonlyArray<string>
  readonly where?: string
  readonly stale_after?: Duration.Duration
}

const names = (what: string) =>
  Schema.optionalKey(
    Schema.Array(Schema.String).check(Schema.isMinLength(1, { expected: "a list with at least one name" })).annotate({
      description: `Only these ${what}; names match exactly. Default: all.`,
    }),
  )

const config: Schema.Decoder<ServeSourceOptions> = Schema.Struct({
  url: Schema.String.annotate({
    description: "Where the server is: http://127.0.0.1:7880, https://host, or below a path of a proxy.",
  }),
  token: Schema.optionalKey(
    Schema.RedactedFromValue(
      Schema.String.annotate({ description: "What the server asks for: { file: path } or { env: NAME }." }),
    ),
  ),
  ca: Schema.optionalKey(
    ReferencedText.annotate({
      description: "Certificates (PEM) to trust instead of the well-known ones: { file: path } or the text.",
    }),
  ),
  allow_insecure: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "Allow http:// to other machines. Default false." }),
  ),
  sport: names("sports"),
  sportsbook: names("sportsbooks"),
  game: names("games"),
  where: Schema.optionalKey(
    Schema.String.annotate({
      description: "Only what meets this condition in CEL; the server refuses loops, patterns and searches in texts.",
    }),
  ),
  stale_after: Schema.optionalKey(
    PositiveDuration.annotate({
      description: "After this time without a record all is stale; a server sends one every 10s. Default 25s.",
    }),
  ),
})

/** Another process of this command, or of the sink `serve`. */
export const serveSource = ({ guards }: Pick<PartsHost, "guards">): SourcePlugin<ServeSourceOptions> =>
  serverSource({
    name: "serve",
    about: "The records that another process serves (the sink serve): the whole book, then what changes.",
    config,
    problems: urlProblems,
    guard: guards?.serve,
    hosts: ({ url }) => URL.canParse(url) ? [hostOf(new URL(url))] : [],
    sends: ["sport", "sportsbook", "game", "where"],
    what: ({ url }) => new URL(url).host,
    load: () =>
      Promise.resolve({
        records: (options, open) => serveRecords({ ...readerOptions(options), ...open }),
        check: (options) => serveReaderCheck(readerOptions(options)),
      }),
  })

const readerOptions = ({ ca, stale_after, allow_insecure, ...rest }: ServeSourceOptions): ServeReaderOptions => ({
  ...rest,
  dial: wsDial({ ca }),
  ...stale_after === undefined ? {} : { staleAfter: stale_after },
  ...allow_insecure === undefined ? {} : { allowInsecure: allow_insecure },
})

const urlProblems = ({ url, allow_insecure }: WrittenOptions): ReadonlyArray<OptionProblem> => {
  const problem = typeof url === "string" ? addressProblem(url, allow_insecure === true) : undefined
  return problem === undefined ? [] : [{ path: ["url"], ...problem }]
}

/** With its port. */
const hostOf = ({ hostname, port, protocol }: URL): string =>
  `${hostname}:${port === "" ? protocol === "https:" ? 443 : 80 : port}`
