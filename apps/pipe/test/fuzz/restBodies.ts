/** Bodies of the REST endpoints: through the catalog, and the check of names that the doctor makes. */
import {
  type CatalogError,
  checkNames,
  describeUnknown,
  type HttpResponse,
  keyOf,
  Limiter,
  makeCatalog,
  makeLimiter,
} from "@boltodds/connection"
import type { Filters } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as fc from "fast-check"
import type { Target } from "./fuzz.ts"
import { mutatedBytes, mutations } from "./mutations.ts"

const paths = ["get_info", "get_games", "get_markets"] as const
type Answers = Readonly<Record<(typeof paths)[number], HttpResponse>>

const game = "San Francisco Giants vs Philadelphia Phillies, 2026-07-16, 1e1f1b8dc2ec"
const about = { sport: "MLB", when: "2026-07-16, 07:10 PM", universal_id: "1e1f", orig_teams: "SF vs PHI" }
const info = { sports: ["MLB", "NBA"], sportsbooks: ["draftkings", "fanduel"] }
const errors = [{ error: "limit reached" }, { status: 429 }, { detail: { message: "no" } }, {
  message: "Invalid API key",
}]

const bases: Readonly<Record<(typeof paths)[number], ReadonlyArray<unknown>>> = {
  get_info: [info, { info }, { data: info }, ...errors],
  get_games: [{ [game]: about }, { games: { [game]: about } }, [game], { data: [{ ...about, game }] }, ...errors],
  get_markets: [
    { draftkings: { MLB: ["Moneyline", "Spread"] }, fanduel: ["Total"] },
    { markets: ["Moneyline"] },
    { data: { draftkings: { MLB: [] } } },
    ...errors,
  ],
}

const answer = (path: (typeof paths)[number]): fc.Arbitrary<HttpResponse> =>
  fc.record({
    status: fc.oneof({ weight: 8, arbitrary: fc.constant(200) }, fc.constantFrom(204, 301, 401, 403, 429, 500, 503)),
    retryAfter: fc.option(fc.constantFrom("", "0", "-1", "1e99", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"), {
      nil: undefined,
    }),
    contentType: fc.option(fc.constantFrom("", "application/json", "text/html; charset=utf-8", "\u0000"), {
      nil: undefined,
    }),
    body: fc.tuple(fc.constantFrom(...bases[path]), mutations).map(([value, how]) =>
      Buffer.from(mutatedBytes({ value }, how)).toString("utf8")
    ),
  })

const documented: ReadonlySet<CatalogError["_tag"]> = new Set([
  "CatalogRefused",
  "CatalogBusy",
  "CatalogUnavailable",
  "CatalogUnreadable",
])

const asked: Filters = {
  sports: ["MLB", "NFL"],
  sportsbooks: ["draftking"],
  games: [game],
  markets: ["Moneyline", "x"],
}

const read = async (answers: Answers): Promise<void> => {
  const program = Effect.gen(function* () {
    const catalog = yield* makeCatalog({
      key: keyOf("sk-fuzz-1234567890"),
      url: "ws://127.0.0.1:1/api",
      get: (url) => Effect.succeed(answers[paths.find((path) => Redacted.value(url).includes(path))!]),
    })
    const questions: ReadonlyArray<Effect.Effect<unknown, CatalogError>> = [
      catalog.info,
      catalog.games,
      catalog.markets(),
      Effect.map(checkNames(asked, catalog), ({ unknown }) => unknown.map(describeUnknown)),
    ]
    for (const question of questions) {
      yield* question.pipe(Effect.catch((error) => {
        if (!documented.has(error._tag)) return Effect.die(error)
        return typeof error.message === "string" && error.message !== "" ? Effect.void : Effect.die("no message")
      }))
    }
  })
  await Effect.runPromise(Effect.provideService(program, Limiter, makeLimiter()))
}

/** The three bodies, all mutated. */
export const restBodies: Target<Answers> = {
  name: "restBodies",
  inputs: fc.record({
    get_info: answer("get_info"),
    get_games: answer("get_games"),
    get_markets: answer("get_markets"),
  }),
  read,
  show: (answers) => JSON.stringify(answers, undefined, 2),
  inputsPerSeed: 1_000,
  regressions: {},
}
