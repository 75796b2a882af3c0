/**
 * Compares the search of every frame for the key with its decoding. Run: `pnpm bench keyGuard`. Prints medians of several
 * rounds taken in turn, and their ratio.
 */
import { decodeFrame } from "@boltodds/protocol"
import { KeyGuard } from "../src/key/KeyGuard.ts"

const rounds = 15
const guard = new KeyGuard("secret-key-0123456789")

const message = (index: number): unknown => ({
  timestamp: "2026-07-16T04:54:37.438001+00:00",
  action: "line_update",
  data: {
    sport: "MLB",
    sportsbook: "fanduel",
    game: `Springfield Comets vs Shelbyville Hounds, 2026-07-16, ${index.toString(16).padStart(12, "0")}`,
    home_team: "Springfield Comets",
    away_team: "Shelbyville Hounds",
    info: { id: `${31584696 + index}`, when: "2026-07-16, 07:10 PM", link: "" },
    outcomes: {
      [`Springfield Comets ${index % 9}.5 Spread`]: {
        odds: "-110",
        link: `https://sportsbook.example/event/home-%40-away/${34397588 + index}?outcomes=0OU85504590O950_${index}`,
        outcome_name: "Spread",
        outcome_line: "-1.5",
        outcome_over_under: null,
        outcome_target: "Springfield Comets",
      },
    },
  },
})

const median = (values: ReadonlyArray<number>): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

for (const [size, count] of [[1, 4_000], [15, 1_000], [300, 50]] as const) {
  const frames = Array.from(
    { length: count },
    (_, frame) => Buffer.from(JSON.stringify(Array.from({ length: size }, (_, at) => message(frame + at)))),
  )
  const time = (way: (frame: Buffer) => unknown): number => {
    const from = performance.now()
    for (const frame of frames) way(frame)
    return (performance.now() - from) * 1e6 / count
  }
  const searches: Array<number> = []
  const decodes: Array<number> = []
  for (let round = 0; round < rounds; round++) {
    searches.push(time((frame) => guard.clean(frame)))
    decodes.push(time((frame) => decodeFrame(frame)))
  }
  const [search, decode] = [median(searches), median(decodes)]
  console.log(
    `${(frames[0]!.length / 1000).toFixed(1)} kB: search ${search.toFixed(0)} ns, decode ${
      decode.toFixed(0)
    } ns, ratio ${(search / decode).toFixed(3)}`,
  )
}
