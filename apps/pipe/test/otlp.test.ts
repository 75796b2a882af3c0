/** Metrics by push: what a collector receives. */
import { startLocalServer } from "@boltodds/testing/LocalServer"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { PipeProcess } from "@boltodds/testing/PipeProcess"
import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect, it, onTestFinished } from "vitest"
import { wantsOtlp } from "../src/status/otlpWanted.ts"

type Field = number | bigint | Uint8Array

/** The fields of a message of Protocol Buffers, by number, as their wire format says. */
const fieldsOf = (bytes: Uint8Array): ReadonlyMap<number, ReadonlyArray<Field>> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fields = new Map<number, Array<Field>>()
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n;; shift += 7n) {
      const byte = view.getUint8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    let value: Field
    switch (tag & 7) {
      case 0:
        value = varint()
        break
      case 1:
        value = view.getFloat64(at, true)
        at += 8
        break
      case 2: {
        const length = Number(varint())
        value = bytes.subarray(at, at + length)
        at += length
        break
      }
      default:
        throw new Error(`unexpected wire type ${tag & 7}`)
    }
    const known = fields.get(tag >> 3)
    if (known === undefined) fields.set(tag >> 3, [value])
    else known.push(value)
  }
  return fields
}

const messages = (bytes: Uint8Array, ...path: ReadonlyArray<number>): ReadonlyArray<Uint8Array> =>
  path.reduce<ReadonlyArray<Uint8Array>>(
    (all, number) => all.flatMap((each) => (fieldsOf(each).get(number) ?? []) as ReadonlyArray<Uint8Array>),
    [bytes],
  )
const textOf = (bytes: Uint8Array, number: number): string => {
  const [field] = fieldsOf(bytes).get(number) ?? []
  return field instanceof Uint8Array ? new TextDecoder().decode(field) : ""
}

/** Attributes: `key` 1, `value` 2, of which `string_value` is 1. */
const attributesOf = (bytes: Uint8Array, number: number): Readonly<Record<string, string>> =>
  Object.fromEntries(messages(bytes, number).map((each) => [textOf(each, 1), textOf(messages(each, 2)[0]!, 1)]))

const collector = async () => {
  const bodies: Array<Uint8Array> = []
  const headers: Array<unknown> = []
  let status = 200
  const server = await startLocalServer({
    request: (request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        if (status === 200) {
          bodies.push(Buffer.concat(chunks))
          headers.push([request.method, request.url, request.headers["content-type"], request.headers["x-tenant"]])
        }
        response.writeHead(status, { "content-type": "application/x-protobuf" }).end()
      })
    },
  })
  onTestFinished(() => server.stop())
  return { server, bodies, headers, answer: (next: number) => void (status = next) }
}

describe("metrics over OTLP", () => {
  it("reach a collector by the standard variables, with the end of the run, and also after it refused some", async () => {
    const { server, bodies, headers, answer } = await collector()
    answer(400)
    const folder = new PipelineFolder(
      "source: { simulator: { seed: 1, rate: 100 } }",
      "sinks: { files: { file: { path: changes.ndjson }, emit: changes } }",
    )
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.port}`,
      OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=odds",
      OTEL_METRIC_EXPORT_INTERVAL: "500",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=test",
    }
    const pipe = new PipeProcess(["run", folder.file, "--log-format", "json"], { env })
    onTestFinished(async () => void await pipe.stop("SIGKILL"))
    await pipe.until(({ stderr }) => stderr.includes("the metrics cannot be sent, trying again"))
    answer(200)
    await pipe.until(({ stderr }) => stderr.includes("the metrics are sent again"))
    await sleep(1_200)
    const before = bodies.length
    expect((await pipe.stop()).code).toBe(0)
    expect(bodies.length).toBeGreaterThan(before)
    expect(headers[0]).toEqual(["POST", "/v1/metrics", "application/x-protobuf", "odds"])

    const last = bodies.at(-1)!
    const [resource] = messages(last, 1, 1)
    expect(attributesOf(resource!, 1)).toMatchObject({
      "service.name": "boltodds-pipe",
      "deployment.environment": "test",
    })
    const metrics = new Map(messages(last, 1, 2, 2).map((metric) => [textOf(metric, 1), metric]))
    // Sum 7, data points 1; as_double 4, attributes 7.
    const delivered = messages(metrics.get("boltodds_lane_delivered_total")!, 7, 1)
    expect(delivered.map((point) => attributesOf(point, 7))).toEqual([{ sink: "files", type: "file", emit: "changes" }])
    expect(fieldsOf(delivered[0]!).get(4)![0]).toBeGreaterThan(50)
    const [sum] = messages(metrics.get("boltodds_frames_total")!, 7)
    expect([fieldsOf(sum!).get(2), fieldsOf(sum!).get(3)]).toEqual([[2n], [1n]])
    expect(textOf(metrics.get("process_resident_memory_bytes")!, 3)).toBe("By")
    expect(messages(metrics.get("boltodds_feed_latency_seconds")!, 9, 1)).toHaveLength(1)
  })

  it("are not wanted without an endpoint, nor where they are turned off; another protocol is a mistake", () => {
    const at = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }
    expect(wantsOtlp({})).toBe(false)
    expect(wantsOtlp({ OTEL_EXPORTER_OTLP_ENDPOINT: "" })).toBe(false)
    expect(wantsOtlp(at)).toBe(true)
    expect(wantsOtlp({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://collector:4318/v1/metrics" })).toBe(true)
    expect(wantsOtlp({ ...at, OTEL_SDK_DISABLED: "true" })).toBe(false)
    expect(wantsOtlp({ ...at, OTEL_METRICS_EXPORTER: "none" })).toBe(false)
    expect(() => wantsOtlp({ ...at, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).toThrow("only http/protobuf is there")
  })
})
