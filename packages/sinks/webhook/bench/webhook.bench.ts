/**
 * What the webhook sink costs for each record, signed, to a receiver in another process. Run:
 * `pnpm bench webhook [batches=200] [rounds=5]`. Prints processor time for each record, the kernel's included: medians of
 * rounds for batches of 1, 10 and 100 records of about 600 bytes.
 */
import { type Envelope, makeRecord } from "@boltodds/sink"
import { webhook } from "@boltodds/sink-webhook"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import { once } from "node:events"

const args = new Map(process.argv.slice(2).map((arg) => arg.split("=") as [string, string]))
const rounds = Number(args.get("rounds") ?? 5)
const batches = Number(args.get("batches") ?? 200)

const receiver = spawn(process.execPath, [
  "-e",
  `const server = require("node:http").createServer((request, answer) => request.resume().on("end", () => answer.end()))
   server.listen(0, "127.0.0.1", () => console.log(server.address().port))`,
], { stdio: ["ignore", "pipe", "inherit"] })
const [printed] = await once(receiver.stdout, "data")
const url = `http://127.0.0.1:${String(printed).trim()}/`

const form = { encode: (value: { readonly n: number; readonly pad: string }) => JSON.stringify(value) }
const pad = "x".repeat(580)
let seq = 0
const batch = (size: number): ReadonlyArray<Envelope<{ readonly n: number; readonly pad: string }>> =>
  Array.from({ length: size }, () => {
    seq += 1
    return makeRecord({ seq, at: seq, session: "s", epoch: 1, last: true }, { n: seq, pad }, form)
  })

/** Microseconds of processor time for each record. The texts are made outside of the time. */
const measure = async (size: number): Promise<number> => {
  const made = Array.from({ length: batches }, () => batch(size))
  for (const envelopes of made) for (const { text } of envelopes) if (text.length === 0) throw new Error("no text")
  const secret = Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
  const before = process.cpuUsage()
  await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const sink = yield* webhook({ url: Redacted.make(url), secret, allowPrivate: true, allowInsecure: true })
    for (const [index, envelopes] of made.entries()) yield* sink.write({ id: `b${index}`, attempt: 1, envelopes })
  })))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / (batches * size)
}

try {
  for (const size of [1, 10, 100]) {
    const values: Array<number> = []
    for (let round = 0; round < rounds; round++) values.push(await measure(size))
    const median = values.toSorted((a, b) => a - b)[rounds >> 1]!
    console.log(`batches of ${size}: ${median.toFixed(2)} µs of processor time a record`)
  }
} finally {
  receiver.kill()
}
