/** Three sessions on one key, where the plan allows it: the sports divided among them, and one book of all. */
import {
  defaultFeedUrl,
  keyFromEnv,
  makeCatalog,
  makeShards,
  renewShards,
  shardFilters,
  ShardsRefused,
} from "@boltodds/connection"
import { nodeGet, wsTransport } from "@boltodds/connection/node"
import { make, thaw, totals } from "@boltodds/state"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"

const { BOLTODDS_URL: url = defaultFeedUrl } = process.env

const program = Effect.gen(function* () {
  const key = keyFromEnv()
  const catalog = yield* makeCatalog({ key, url, get: nodeGet })
  const sessions = shardFilters({}, { by: "sport", over: 3, names: (yield* catalog.info).sports })
  if (sessions instanceof ShardsRefused) return yield* Effect.fail(sessions)
  for (const { name, filters } of sessions) console.log(`${name}: ${filters.sports?.length} sports`)
  const shards = yield* makeShards({ key, url, transport: wsTransport(), sessions })

  // A sport that the catalog gains later reaches nobody by itself.
  const renew = Effect.ignore(renewShards(shards, catalog))
  yield* Effect.forkScoped(Effect.repeat(renew, Schedule.spaced("10 minutes")))

  const draft = thaw(make({ run: crypto.randomUUID(), settleMillis: 2000 }))
  const synced = new Set<string>()
  yield* shards.events.pipe(
    Stream.takeUntil((event) => {
      for (const { records } of draft.apply([event])) {
        for (const record of records) {
          if ("control" in record && record.control === "synced") synced.add(record.session)
        }
      }
      return synced.size === sessions.length
    }),
    // A session whose sports have no games at the moment gets no snapshot, and is never `synced`.
    Stream.interruptWhen(Effect.sleep("40 seconds")),
    Stream.runDrain,
  )
  for (const { name } of sessions) if (!synced.has(name)) console.log(`${name}: no snapshot`)
  const { games, gamesVerified, lines } = totals(draft.seal())
  console.log(`${games} games with ${lines} lines, ${gamesVerified} of them verified`)
})
await Effect.runPromise(Effect.scoped(program))
