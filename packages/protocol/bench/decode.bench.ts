/**
 * What decoding costs beside bare `JSON.parse` of the same frames.
 *
 * `node --conditions=@boltodds/source packages/protocol/bench/decode.bench.ts`
 */
import { decodeFrame } from "../src/index.ts"
import { compare } from "./compare.ts"

const outcome = (index: number) => ({
  odds: index % 7 === 0 ? null : `${index % 2 === 0 ? "-" : "+"}${110 + (index % 90)}`,
  link: `https://sportsbook.example/event/home-%40-away/${34397588 + index}?outcomes=0OU85504590O950_${index}`,
  outcome_name: "Spread",
  outcome_line: index % 3 === 0 ? "-1.5" : 1.5,
  outcome_over_under: null,
  outcome_target: "Springfield Comets",
})

const message = (index: number, outcomes: number) => ({
  timestamp: "2026-07-16T04:54:37.438001+00:00",
  action: outcomes > 10 ? "initial_state" : "line_update",
  data: {
    sport: "MLB",
    sportsbook: ["fanduel", "draftkings", "betmgm"][index % 3],
    game: `Springfield Comets vs Shelbyville Hounds, 2026-07-16, ${(index % 15).toString(16).padStart(12, "0")}`,
    universal_game_id: (index % 15).toString(16).padStart(12, "0"),
    home_team: "Springfield Comets",
    away_team: "Shelbyville Hounds",
    info: { id: `${31584696 + index}`, when: "2026-07-16, 07:10 PM", link: "" },
    outcomes: Object.fromEntries(
      Array.from({ length: outcomes }, (_, at) => [`Springfield Comets ${at}.5 Spread`, outcome(index + at)]),
    ),
  },
})

const frames = (count: number, size: number, outcomes: number, spaced = false): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, frame) => {
    const messages = Array.from({ length: size }, (_, at) => message(frame * size + at, outcomes))
    const text = JSON.stringify(size === 1 ? messages[0] : messages)
    return spaced ? text.replaceAll('":', '": ').replaceAll(',"', ', "').replaceAll(",{", ", {") : text
  })

const bytes = (texts: ReadonlyArray<string>) => texts.map((text) => new TextEncoder().encode(text))
const plain = (frame: string): unknown => JSON.parse(frame)
const decoder = new TextDecoder()
const plainBytes = (frame: Uint8Array): unknown => JSON.parse(decoder.decode(frame))

for (
  const [name, list] of [
    ["one line update", frames(4000, 1, 1)],
    ["one message of 300 outcomes", frames(60, 1, 300)],
    ["array of 20", frames(200, 20, 1)],
    ["array of 200", frames(30, 200, 1)],
    ["array of 20, spaced", frames(200, 20, 1, true)],
  ] as const
) {
  compare(name, "JSON.parse", list, plain, "decodeFrame", decodeFrame)
}
compare("array of 20, bytes", "JSON.parse", bytes(frames(200, 20, 1)), plainBytes, "decodeFrame", decodeFrame)
