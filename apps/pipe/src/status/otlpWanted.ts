/** Whether the standard variables of OpenTelemetry ask for metrics. */

/** Whether metrics are to be sent. Throws an error that says what to do if they ask for what does not exist here. */
export const wantsOtlp = (env: Readonly<Record<string, string | undefined>>): boolean => {
  const endpoint = env["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] || env["OTEL_EXPORTER_OTLP_ENDPOINT"]
  if (!endpoint || env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return false
  const exporters = env["OTEL_METRICS_EXPORTER"] || "otlp"
  if (!exporters.split(",").map((name) => name.trim()).includes("otlp")) return false
  const protocol = env["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"] || env["OTEL_EXPORTER_OTLP_PROTOCOL"] || "http/protobuf"
  if (protocol === "http/protobuf") return true
  throw new Error(
    `Cannot send metrics over ${protocol.slice(0, 40)}: only http/protobuf is there. ` +
      "Leave OTEL_EXPORTER_OTLP_PROTOCOL out, and use the HTTP port of the collector (4318)",
  )
}
