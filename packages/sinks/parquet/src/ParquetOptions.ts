/** What is set about the files of a sink, as its caller or a configuration writes it. */
import { ByteSize, DurationText } from "@boltodds/sink"
import { type FsyncPolicy, parsePathTemplate, PathTemplateError, type RotateOptions } from "@boltodds/sink-file"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

/** Options of `parquet`. */
export interface ParquetOptions {
  /** Where to write, as `path` of the sink `file`: `odds/date={yyyy}-{MM}-{dd}/changes.parquet`. It ends with `.parquet`. */
  readonly path: string
  /** When a file is complete and the next one begins. Bytes are those of the journal. Default: each hour, and 256 MiB. */
  readonly rotate?: RotateOptions | undefined
  /** When the journal is forced to the disk. Default `never`: see the sink `file`. */
  readonly fsync?: FsyncPolicy | undefined
  /** Journals open at the same time. Default 64. */
  readonly max_open?: number | undefined
  /** Different values of the path's fields in a day; records of further ones share one file, `~more`. Default 100,000. */
  readonly max_series?: number | undefined
  /** The mode of the files in octal digits: `"0600"`, `"0640"` or `"0644"`. Default: as the umask says. */
  readonly mode?: string | undefined
}

/** {@link ParquetOptions} as a configuration writes them: times and sizes as text. */
export interface ParquetOptionsText {
  readonly path: string
  readonly rotate?: { readonly bytes?: number | string; readonly every?: string } | undefined
  readonly fsync?: string | undefined
  readonly max_open?: number | undefined
  readonly max_series?: number | undefined
  readonly mode?: string | undefined
}

const ending = ".parquet"

/** What is wrong with a path; undefined where nothing is. */
export const parquetPathProblem = (path: string): string | undefined => {
  if (!path.endsWith(ending)) return `Cannot use the path ${JSON.stringify(path)}: it does not end with ${ending}`
  try {
    parsePathTemplate(journalPathOf(path))
    return undefined
  } catch (cause) {
    if (cause instanceof PathTemplateError) return cause.message
    throw cause
  }
}

/** Where the journal of a path is written: beside its Parquet files, with the ending `.ndjson`. */
export const journalPathOf = (path: string): string => `${path.slice(0, -ending.length)}.ndjson`

const Path = Schema.String.check(Schema.makeFilter((path) => parquetPathProblem(path) ?? true))
  .annotate({ description: "Where to write, like odds/date={yyyy}-{MM}-{dd}/changes.parquet" })

const Interval = DurationText.check(
  Schema.makeFilter((every) => Duration.toMillis(every) >= 1000 || "must be at least 1s"),
)

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

const Mode = Schema.String.check(
  Schema.isPattern(/^0?6[046][046]$/, { expected: 'octal digits in quotes, such as "0640"' }),
)

/** The schema of {@link ParquetOptions}: decodes what a configuration says, and checks the path's placeholders. */
export const ParquetOptions: Schema.Codec<ParquetOptions, ParquetOptionsText> = Schema.Struct({
  path: Path,
  rotate: Schema.optionalKey(
    Schema.Struct({
      bytes: Schema.optionalKey(ByteSize.annotateKey({ description: "Before the journal grows beyond this." })),
      every: Schema.optionalKey(Interval.annotateKey({ description: "At multiples of this, UTC: 1h is on the hour." })),
    }).annotate({ description: "When the next file begins, besides the times in the path. Default: 1h and 256MiB." }),
  ),
  fsync: Schema.optionalKey(
    Schema.Union([Schema.Literals(["never", "batch"]), Interval]).annotate({
      description: "When the journal is forced to the disk: never, batch, or an interval like 5s.",
    }),
  ),
  max_open: Schema.optionalKey(Count.annotateKey({ description: "Journals open at the same time. Default 64." })),
  max_series: Schema.optionalKey(
    Count.annotateKey({
      description:
        "Different values of the path's fields in a day; further ones share one file, ~more. Default 100000.",
    }),
  ),
  mode: Schema.optionalKey(
    Mode.annotateKey({
      description: 'Who may read the files: "0600", "0640" or "0644", in quotes. Default: as the umask says.',
    }),
  ),
}).annotate({ identifier: "ParquetOptions", title: "parquet", description: "Records into Parquet files." })
