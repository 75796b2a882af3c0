/** The text format of Prometheus (version 0.0.4). */

/** What kind of numbers a metric has. */
export type MetricType = "counter" | "gauge" | "histogram"

/** A number with its labels. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  /** Null where it is not known. */
  readonly value: number | null
}

/** A histogram of one time: cumulative counts by upper bound, in the unit of the metric. */
export interface HistogramValue {
  readonly buckets: ReadonlyArray<readonly [bound: number, count: number]>
  readonly sum: number
  readonly count: number
}

interface FamilyHead<Type extends MetricType> {
  readonly name: string
  readonly type: Type
  readonly unit: string
  readonly help: string
}

/** One metric with its numbers of one time. */
export type MetricFamily =
  | FamilyHead<"counter" | "gauge"> & { readonly samples: ReadonlyArray<Sample> }
  | FamilyHead<"histogram"> & { readonly histogram: HistogramValue }

/** The content type of {@link expositionText}. */
export const expositionType = "text/plain; version=0.0.4; charset=utf-8"

/** Metrics as text. A number that is not known is left out, and a metric without numbers too. */
export const expositionText = (families: ReadonlyArray<MetricFamily>): string => families.map(familyText).join("")

const familyText = (family: MetricFamily): string => {
  const lines = family.type === "histogram"
    ? histogramLines(family.name, family.histogram)
    : family.samples.flatMap((sample) => lineOf(family.name, sample))
  return lines.length === 0 ? "" : `${headOf(family)}${lines.join("")}`
}

const histogramLines = (name: string, { buckets, sum, count }: HistogramValue): ReadonlyArray<string> => [
  ...buckets.map(([bound, amount]) => `${name}_bucket{le="${numberText(bound)}"} ${amount}\n`),
  `${name}_bucket{le="+Inf"} ${count}\n`,
  `${name}_sum ${numberText(sum)}\n`,
  `${name}_count ${count}\n`,
]

const headOf = ({ name, type, help }: MetricFamily): string =>
  `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`

const lineOf = (name: string, { labels = {}, value }: Sample): ReadonlyArray<string> => {
  if (value === null || !Number.isFinite(value)) return []
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return [`${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${numberText(value)}\n`]
}

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")

const numberText = (value: number): string => Object.is(value, -0) ? "0" : String(value)
