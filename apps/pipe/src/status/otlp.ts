/** The metrics of the process to an OpenTelemetry collector, by the standard variables. Loaded only where they are set. */
import { type HrTime, ValueType } from "@opentelemetry/api"
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto"
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources"
import { AggregationTemporality, type DataPoint, DataPointType, type MetricData } from "@opentelemetry/sdk-metrics"
import type { LatestStatus } from "@boltodds/pipeline"
import { type HistogramValue, type MetricFamily, Metrics } from "@boltodds/serve"
import { version } from "../commandLine/help.ts"
import type { CommandLog } from "../log/Log.ts"

/** Sends metrics while the process runs. */
export interface MetricsExport {
  /** Sends the last figures, within two seconds, and stops. */
  readonly end: () => Promise<void>
}

const usualIntervalMillis = 60_000
const endMillis = 2_000

/** Starts to send metrics. Problems are logged, and the next time is tried all the same. */
export const exportMetrics = (
  latest: LatestStatus,
  log: CommandLog,
  env: Readonly<Record<string, string | undefined>>,
): MetricsExport => {
  const exporter = new OTLPMetricExporter()
  const resource = resourceFromAttributes({ "service.name": "boltodds-pipe", "service.version": version() })
    .merge(detectResources({ detectors: [envDetector] }))
  const metrics = new Metrics()
  /** Counters begin with a run. */
  let run = ""
  let startedAt = Date.now()
  let isFailing = false

  const send = (): Promise<void> =>
    new Promise((resolve) => {
      const now = latest.byKind.source?.run ?? ""
      if (now !== run) {
        run = now
        startedAt = Date.now()
      }
      const families = metrics.of(latest.byKind, latest.ageMillis)
      const span = { startTime: timeOf(startedAt), endTime: timeOf(Date.now()) }
      const data = families.flatMap((family) => dataOf(family, span))
      const scopeMetrics = [{ scope: { name: "boltodds-pipe", version: version() }, metrics: data }]
      exporter.export({ resource, scopeMetrics }, ({ error }) => {
        if (error !== undefined) {
          log.log("warn", `the metrics cannot be sent, trying again: ${error.message}`, { event: "metrics_not_sent" })
        } else if (isFailing) log.log("info", "the metrics are sent again", { event: "metrics_sent_again" })
        isFailing = error !== undefined
        resolve()
      })
    })

  const interval = Number(env["OTEL_METRIC_EXPORT_INTERVAL"])
  const timer = setInterval(() => void send(), interval > 0 ? interval : usualIntervalMillis)
  timer.unref()
  return {
    end: async () => {
      clearInterval(timer)
      const ended = send().then(() => exporter.shutdown())
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, endMillis).unref())])
    },
  }
}

interface Span {
  readonly startTime: HrTime
  readonly endTime: HrTime
}

const timeOf = (millis: number): HrTime => [Math.floor(millis / 1000), Math.round(millis % 1000 * 1e6)]

/** Units as OpenTelemetry writes them (UCUM). */
const units: Readonly<Record<string, string>> = { seconds: "s", bytes: "By", ratio: "1" }

const dataOf = (family: MetricFamily, span: Span): ReadonlyArray<MetricData> => {
  const { name, help, unit } = family
  const common = {
    descriptor: {
      name,
      description: help,
      unit: units[unit] ?? (unit === "1" ? "1" : `{${unit}}`),
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }
  if (family.type === "histogram") {
    return [{
      ...common,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [{ ...span, attributes: {}, value: histogramOf(family.histogram) }],
    }]
  }
  const dataPoints = family.samples.flatMap(({ labels, value }): ReadonlyArray<DataPoint<number>> =>
    value === null || !Number.isFinite(value) ? [] : [{ ...span, attributes: labels ?? {}, value }]
  )
  if (dataPoints.length === 0) return []
  return family.type === "counter"
    ? [{ ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: [...dataPoints] }]
    : [{ ...common, dataPointType: DataPointType.GAUGE, dataPoints: [...dataPoints] }]
}

/** Buckets count alone here, and one more has no bound. */
const histogramOf = ({ buckets, sum, count }: HistogramValue) => {
  const below = buckets.map(([, so], index) => so - (buckets[index - 1]?.[1] ?? 0))
  return {
    buckets: { boundaries: buckets.map(([bound]) => bound), counts: [...below, count - (buckets.at(-1)?.[1] ?? 0)] },
    sum,
    count,
  }
}
