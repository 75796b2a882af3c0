/** A lane store that survives the end of its process. */
import type { Millis } from "@boltodds/protocol"
import type { Envelope, Store, StoreLimits } from "@boltodds/sink"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { openFile } from "./internal/database.ts"
import { DeadLetters } from "./internal/DeadLetters.ts"
import { Entries } from "./internal/Entries.ts"
import { outboxFaultOf } from "./internal/sqlite.ts"
import { Housekeeping } from "./internal/Housekeeping.ts"
import { Keys } from "./internal/Keys.ts"
import { Lossy, Unfinished } from "./internal/Unfinished.ts"
import { Presence } from "./internal/Presence.ts"
import { Runs } from "./internal/Runs.ts"
import { SqliteStore } from "./internal/SqliteStore.ts"
import { OutboxWriter } from "./internal/OutboxWriter.ts"
import type { OutboxError, OutboxEvent } from "./OutboxError.ts"

/** How an outbox is set up. */
export interface OutboxOptions<in A> {
  /** The database file, one for each lane. It and its folder are made where they are not there. */
  readonly path: string
  /** The run that what is added belongs to; restored envelopes keep that of their own. */
  readonly run: string
  /** How much the lane may hold, in bytes of its texts: `bounds` of the outbox. Default 1 GiB. */
  readonly maxBytes?: number | undefined
  /**
   * A hard bound on the file, dead letters and all: reaching it is like a full disk. Default none. Not to be set below
   * twice `maxBytes`: SQLite's own overhead and the dead letters are in it.
   */
  readonly maxFileBytes?: number | undefined
  /**
   * What a record is about, such as its line: a newer one with the same key makes it history (`superseded`). Default:
   * undefined for all, and then nothing is known to be history. Must not throw.
   */
  readonly key?: ((envelope: Envelope<A>) => string | undefined) | undefined
  /** Dead letters are removed after this time. Default 7 days. */
  readonly keepDeadFor?: Duration.Duration | undefined
  /** The oldest dead letters beyond this many are removed. Default 100,000. */
  readonly keepDead?: number | undefined
  /**
   * Whether every commit is on the disk before it returns. Default false: a commit survives the end of the process in
   * whatever way, but the last ones may be lost when the machine loses its power or its kernel crashes.
   */
  readonly fsync?: boolean | undefined
  /** Wall-clock milliseconds, for the age of dead letters. Default: the clock of Effect. */
  readonly now?: (() => Millis) | undefined
  /** Called for each event of the outbox. Must not throw. */
  readonly onEvent?: ((event: OutboxEvent) => void) | undefined
}

/** An open outbox. */
export interface Outbox<in out A> {
  /** Where the file really is. */
  readonly path: string
  /**
   * For `makeLane`. `add` throws an {@link OutboxError} where it could not commit, and has then added nothing; `take`,
   * `dropUntil`, `expire` and `clear` throw one where the file cannot be read. What else cannot be written stays pending, see
   * {@link OutboxEvent}.
   */
  readonly store: Store<A>
  /** For `makeLane` too: no bound in records, `maxBytes` in bytes. */
  readonly bounds: StoreLimits
  /** How often the file has been opened for a lane, this time included: it orders the runs that filled it. */
  readonly term: number
  /** How many dead letters there are now. */
  readonly deadLetters: () => number
}

const gibibyte = 1024 * 1024 * 1024

/**
 * Opens an outbox, and closes it with its scope.
 *
 * Opening reads through what waits: a few seconds for a gibibyte. A file that another process has open, that is not an
 * outbox, damaged, or from a newer version is refused, and left as it is; so is one that others could have forged
 * (`exposed`). The files are for this user alone, with mode 0600.
 */
export const outbox = <A>(options: OutboxOptions<A>): Effect.Effect<Outbox<A>, OutboxError, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const now = options.now ?? (() => clock.currentTimeMillisUnsafe())
    const { opened, look } = yield* Effect.acquireRelease(
      Effect.try({ try: () => open(options, now), catch: (cause) => outboxFaultOf(options.path, "open", cause) }),
      ({ close }) => Effect.sync(close),
    )
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(lookEvery), Effect.sync(look))))
    return opened
  })

/** How often the file is looked for. */
const lookEvery = Duration.seconds(1)

const open = <A>(
  options: OutboxOptions<A>,
  now: () => Millis,
): { readonly opened: Outbox<A>; readonly look: () => void; readonly close: () => void } => {
  const { fsync = false, keepDead = 100_000, keepDeadFor = Duration.days(7), maxBytes = gibibyte, maxFileBytes } =
    options
  const key = options.key ?? (() => undefined)
  const onEvent = options.onEvent ?? (() => {})
  const file = openFile(options.path, {
    fsync,
    create: true,
    ...(maxFileBytes === undefined ? {} : { maxFileBytes }),
  })
  try {
    const { db, path, doubt } = file
    if (doubt !== undefined) onEvent({ _tag: "Exposed", error: doubt })
    const writer = new OutboxWriter(db, path, onEvent)
    const presence = new Presence(db, path, writer, onEvent)
    const keys = new Keys()
    const dead = new DeadLetters(db, writer, keys, { count: keepDead, millis: Duration.toMillis(keepDeadFor) }, onEvent)
    const housekeeping = new Housekeeping(db, path, writer)
    const store = new SqliteStore<A>({
      path,
      run: options.run,
      key,
      now,
      entries: new Entries(db),
      unfinished: new Unfinished(db),
      writer,
      presence,
      keys,
      dead,
      housekeeping,
      runs: new Runs(db),
      lossy: new Lossy(db),
    })
    dead.prune(now())
    return {
      opened: {
        path,
        store,
        bounds: { records: Number.MAX_SAFE_INTEGER, bytes: maxBytes },
        term: store.term,
        deadLetters: () => dead.count,
      },
      look: () => void presence.look(),
      close: () => {
        presence.look()
        // Of what is still pending the file has the state before: it comes again.
        writer.attempt(() => writer.flush())
        file.close()
      },
    }
  } catch (cause) {
    file.close()
    throw cause
  }
}
