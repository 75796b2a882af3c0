/** What is set about the files of a sink, as its caller or a configuration writes it. */
import { ByteSize, DurationText } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { type Compress, parsePathTemplate, PathTemplateError } from "./PathTemplate.ts"

/** When a file is complete and the next one begins, besides the times in its path. */
export interface RotateOptions {
  /** Before a file would grow beyond this many bytes on disk; one batch may be larger. Default: never. */
  readonly bytes?: number | undefined
  /** At multiples of this since 1970 UTC (`1h`: on the hour), by the records' own time. At least 1 s. Default: never. */
  readonly every?: Duration.Duration | undefined
}

/** Which complete files stay; the others are deleted. Each bound is over all files of the template together. */
export interface KeepOptions {
  /** The newest so many. Default: all. */
  readonly files?: number | undefined
  /** Those completed less than this ago. Default: all. */
  readonly age?: Duration.Duration | undefined
  /** The newest of together not more than so many bytes. Default: all. */
  readonly bytes?: number | undefined
}

/** When what was written is forced to the disk: never, with every batch, or at this interval. */
export type FsyncPolicy = "never" | "batch" | Duration.Duration

/** Options of `file`. */
export interface FileOptions {
  /**
   * Where to write: a path with placeholders in braces. Fields of the record: `{sport} {sportsbook} {game} {session}
   * {run} {kind}`; its time, UTC: `{yyyy} {MM} {dd} {HH} {mm}`. A relative one is relative to the working directory.
   */
  readonly path: string
  /**
   * How records stand in the files: `ndjson` (lines of JSON) or `csv` (rows, after a line with the names of the columns;
   * line breaks within a text become spaces). CSV needs to know the emit. Default `ndjson`.
   */
  readonly format?: "ndjson" | "csv" | undefined
  readonly rotate?: RotateOptions | undefined
  /** Default `none`| undefined
  /** Default `none`. `.gz` or `.zst` is added to the path where it does not end so. */
  readonly compress?: Compress | undefined
  /** Default `never`: the operating system writes within half a minute or so. */
  readonly fsync?: FsyncPolicy | undefined
  readonly keep?: KeepOptions | undefined
  /** Files open at the same time; others are closed, and opened again when something comes for them. Default 64. */
  readonly max_open?: number | undefined
  /**
   * Different values of the path's fields within a day (UTC, by the records' own time), that is files side by side.
   * Records of further ones go to one file, with `~more` in place of their values. Default 100,000.
   */
  readonly max_series?: number | undefined
  /**
   * The mode of the files, in octal digits: `"0600"`, `"0640"` or `"0644"`. Users who can read the files can
   * enter the folders that the sink makes. Default: what the umask of the process gives.
   */
  readonly mode?: string | undefined
}

/** {@link FileOptions} as a configuration writes them: times and sizes as text. */
export interface FileOptionsText {
  readonly path: string
  readonly format?: "ndjson" | "csv" | undefined
  readonly rotate?: { readonly bytes?: number | string; readonly every?: string } | undefined
  readonly compress?: Compress | undefined
  readonly fsync?: string | undefined
  readonly keep?: { readonly files?: number; readonly age?: string; readonly bytes?: number | string } | undefined
  readonly max_open?: number | undefined
  readonly max_series?: number | undefined
  readonly mode?: string | undefined
}

const Mode = Schema.String.check(
  Schema.isPattern(/^0?6[046][046]$/, { expected: 'octal digits in quotes, such as "0640"' }),
)

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

const Path = Schema.String.check(Schema.makeFilter((path) => {
  try {
    parsePathTemplate(path)
    return true
  } catch (cause) {
    if (cause instanceof PathTemplateError) return cause.message
    throw cause
  }
})).annotate({ description: "Where to write, like odds/{sport}/{sportsbook}-{yyyy}{MM}{dd}T{HH}.ndjson" })

const Interval = DurationText.check(
  Schema.makeFilter((every) => Duration.toMillis(every) >= 1000 || "must be at least 1s"),
)

/** The schema of {@link FileOptions}: decodes what a configuration says, and checks the path's placeholders. */
export const FileOptions: Schema.Codec<FileOptions, FileOptionsText> = Schema.Struct({
  path: Path,
  format: Schema.optionalKey(
    Schema.Literals(["ndjson", "csv"]).annotate({
      description: "How records stand in the files: ndjson, or csv with a header. Default ndjson.",
    }),
  ),
  rotate: Schema.optionalKey(
    Schema.Struct({
      bytes: Schema.optionalKey(ByteSize.annotateKey({ description: "Before a file grows beyond this." })),
      every: Schema.optionalKey(Interval.annotateKey({ description: "At multiples of this, UTC: 1h is on the hour." })),
    }).annotate({ description: "When the next file begins, besides the times in the path." }),
  ),
  compress: Schema.optionalKey(
    Schema.Literals(["none", "gzip", "zstd"]).annotate({
      description: "How files are compressed; .gz or .zst is added to the path. Default none.",
    }),
  ),
  fsync: Schema.optionalKey(
    Schema.Union([Schema.Literals(["never", "batch"]), Interval]).annotate({
      description: "When what was written is forced to the disk: never, batch, or an interval like 5s.",
    }),
  ),
  keep: Schema.optionalKey(
    Schema.Struct({
      files: Schema.optionalKey(Count.annotateKey({ description: "The newest so many complete files." })),
      age: Schema.optionalKey(DurationText.annotateKey({ description: "Those completed less than this ago." })),
      bytes: Schema.optionalKey(ByteSize.annotateKey({ description: "The newest, together not more than this." })),
    }).annotate({ description: "Which complete files stay; the others are deleted." }),
  ),
  max_open: Schema.optionalKey(Count.annotateKey({ description: "Files open at the same time. Default 64." })),
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
}).annotate({ identifier: "FileOptions", title: "file", description: "Records into files." })
