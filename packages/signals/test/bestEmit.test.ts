import { emitLaws } from "@boltodds/pipeline"
import { best } from "@boltodds/signals/emits"
import { describe, it } from "vitest"
import { BestReader } from "./BestReader.ts"
import { worldLife } from "./world.ts"

const firstSeed = Number(process.env["LAW_SEED"] ?? 1)
const lives = Array.from({ length: Number(process.env["LAW_RUNS"] ?? 4) }, (_, at) => worldLife(firstSeed + at))

describe.each([
  { emit: best(), reader: () => new BestReader() },
  { emit: best({ control: false, betAt: ["draftkings", "prophetx", "bovada"] }), reader: () => new BestReader() },
])("the emit best", (subject) => {
  it.each(emitLaws)("$name", (law) => law.run({ ...subject, lives }))
})
