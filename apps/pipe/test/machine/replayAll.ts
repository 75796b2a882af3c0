/** A process that replays generated recordings and prints every line of every emit: `SEED COUNT`. */
import { changes, type Emit, messages, quotes, raw } from "@boltodds/pipeline"
import { decodeEvent, decodeRecordingHeader } from "@boltodds/protocol"
import { make, thaw } from "@boltodds/state"
import * as Result from "effect/Result"
import { generatedRecording } from "./generated.ts"

const [seed, count] = process.argv.slice(2).map(Number) as [number, number]

const emits: ReadonlyArray<Emit<unknown>> = [changes(), quotes(), messages(), raw()]

for (let index = 0; index < count; index++) {
  const [header, ...lines] = generatedRecording(seed + index)
  const { run } = Result.getOrThrow(decodeRecordingHeader(header!))
  const draft = thaw(make({ run }))
  const emissions = emits.map((emit) => emit.open({ state: { run } }))
  for (const line of lines) {
    const steps = draft.apply([Result.getOrThrow(decodeEvent(line))])
    for (const emission of emissions) {
      for (const envelope of emission.of(steps)) process.stdout.write(`${seed + index} ${envelope.text}\n`)
    }
  }
}
