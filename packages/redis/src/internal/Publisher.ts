/** Batches into the log, by a script that appends where the stream ends and nowhere else. */
import { ulid } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import { RedisError } from "../RedisError.ts"
import type { RedisKeys } from "../redisKeys.ts"
import type { StreamSettings } from "../RedisOptions.ts"
import { appendRecord } from "./entries.ts"
import type { Link, Reply } from "./Link.ts"
import { differsError, settingPairs } from "./manifest.ts"
import { claimScript, type Script, writeScript } from "./scripts.ts"

/** Records of one call: the server does nothing else meanwhile, 2 ms for so many. */
const mostAtOnce = 100
/** The same in characters of JSON. */
const mostCharacters = 512 * 1024
/** A batch waits this long for a lost connection, before it fails and the lane waits longer. */
const returnMillis = 5_000
/** How often a batch looks for the end of the stream, before it fails and the lane waits. */
const mostTurns = 3

/** Of so many batches it is remembered how much is stored. */
const mostRemembered = 1_000

/** What is needed of a connection. */
export type PublisherLink = Pick<Link, "call" | "untilUp">

/** How far a batch came. */
export interface Published {
  /** The stream has lost records that were acknowledged, or was removed. Nothing of the batch is stored. */
  readonly hasForgotten: boolean
}

/**
 * Publishes batches, one after another: a lane with `parallel` writes several at once.
 *
 * Each call of the script names the position at which the stream must end, and the writer. So a hole or a repetition is
 * impossible, and a second writer is refused. A batch without an answer continues where the manifest says that it ended, also
 * after others.
 */
export class Publisher {
  readonly #link: PublisherLink
  readonly #keys: RedisKeys
  readonly #settings: StreamSettings
  /** Manifest, log, games, controls, and the partitions. */
  readonly #allKeys: ReadonlyArray<string>
  /** By this name the manifest knows who writes. */
  readonly #writer = ulid()
  #hasWritten = false
  /** The last position that the server has acknowledged. */
  #last = 0
  /** Whether the stream ends there: not before the first batch, and not after a call without an answer. */
  #isSure = false
  /** The batch that was sent last. */
  #batch = ""
  /** How many records of a batch are stored, the newest last: with others after it, it may come again. */
  readonly #stored = new Map<string, number>()
  /** Settles with the batch before. */
  #before: Promise<unknown> = Promise.resolve()

  constructor(link: PublisherLink, keys: RedisKeys, settings: StreamSettings) {
    this.#link = link
    this.#keys = keys
    this.#settings = settings
    const partitions = Array.from({ length: settings.partitions }, (_, index) => keys.partition(index))
    this.#allKeys = [keys.manifest, keys.log, keys.games, keys.controls, ...partitions]
  }

  /** Publishes what of the batch is not stored yet. Rejects with an error of the client or of this package. */
  publish(batch: string, envelopes: ReadonlyArray<Envelope<unknown>>, signal: AbortSignal): Promise<Published> {
    const published = this.#before.then(() => this.#publish(batch, envelopes, signal))
    this.#before = published.catch(ignoreFailure)
    return published
  }

  async #publish(
    batch: string,
    envelopes: ReadonlyArray<Envelope<unknown>>,
    signal: AbortSignal,
  ): Promise<Published> {
    await this.#link.untilUp(returnMillis, signal)
    for (let turn = 0; turn < mostTurns; turn++) {
      signal.throwIfAborted()
      // A batch may come again although it was acknowledged: the lane did not get the answer.
      const isAgain = !this.#isSure || batch === this.#batch
      const stored = isAgain ? await this.#claim(batch) : this.#stored.get(batch) ?? 0
      if (stored === undefined) return { hasForgotten: true }
      this.#batch = batch
      if (await this.#send(batch, envelopes, stored, signal)) return { hasForgotten: false }
    }
    throw new RedisError("rejected", `The stream ${this.#settings.stream} did not end where this batch begins.`)
  }

  /** How many records of a batch are stored. Undefined: the stream has lost what it had. */
  async #claim(batch: string): Promise<number | undefined> {
    const { stream } = this.#settings
    const pairs = settingPairs(this.#settings)
    const mode = this.#hasWritten ? "keep" : "take"
    const args = [this.#writer, mode, ulid(), String(this.#last), ...pairs]
    const [word, ...rest] = await this.#run(claimScript, this.#allKeys, args)
    switch (word) {
      case "ok":
      case "forgot": {
        const [last, found, stored] = rest as [number, string, number]
        this.#hasWritten = true
        this.#last = last
        this.#isSure = true
        // Its batch comes again, as another one.
        this.#batch = ""
        if (word === "forgot") {
          this.#stored.clear()
          return undefined
        }
        if (found !== "") this.#remember(found, stored)
        return this.#stored.get(batch) ?? 0
      }
      case "differs": {
        const [setting, found] = rest as [string, string]
        throw differsError(stream, setting, found, pairs[pairs.indexOf(setting) + 1]!)
      }
      case "foreign":
        throw new RedisError(
          "stream",
          `Cannot use the key ${stream}: it exists, and was not made by this sink. Use another name for the stream.`,
        )
      default:
        throw this.#fenced()
    }
  }

  /** Sends what of a batch is not stored. Returns false if the stream ends elsewhere. */
  async #send(
    batch: string,
    envelopes: ReadonlyArray<Envelope<unknown>>,
    stored: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { maxAgeMillis, maxRecords } = this.#settings
    for (let index = stored; index < envelopes.length;) {
      signal.throwIfAborted()
      const time = String(Math.max(0, Math.trunc(envelopes[index]!.at)))
      const args = [this.#writer, String(this.#last), batch, "", "", time, String(maxAgeMillis), String(maxRecords)]
      const until = Math.min(index + mostAtOnce, envelopes.length)
      for (let size = 0; index < until && size < mostCharacters; index++) {
        const { value, text } = envelopes[index]!
        appendRecord(args, value, text, this.#keys, this.#settings)
        size += text.length
      }
      args[3] = String(index)
      args[4] = envelopes[index - 1]!.last ? "yes" : "no"
      this.#isSure = false
      const [word, last] = await this.#run(writeScript, this.#allKeys, args)
      if (word === "gone" || word === "elsewhere") return false
      if (word !== "ok") throw this.#fenced()
      this.#last = last as number
      this.#isSure = true
      this.#remember(batch, index)
    }
    return true
  }

  #remember(batch: string, stored: number): void {
    this.#stored.delete(batch)
    this.#stored.set(batch, stored)
    for (const oldest of this.#stored.keys()) {
      if (this.#stored.size <= mostRemembered) break
      this.#stored.delete(oldest)
    }
  }

  /** A server knows a script by its hash until it restarts. */
  async #run(
    { source, sha }: Script,
    keys: ReadonlyArray<string>,
    args: ReadonlyArray<string>,
  ): Promise<ReadonlyArray<Reply>> {
    const rest = [keys.length, ...keys, ...args]
    try {
      return await this.#link.call("EVALSHA", [sha, ...rest]) as ReadonlyArray<Reply>
    } catch (cause) {
      if (!(cause instanceof Error) || !cause.message.startsWith("NOSCRIPT")) throw cause
      return await this.#link.call("EVAL", [source, ...rest]) as ReadonlyArray<Reply>
    }
  }

  #fenced(): RedisError {
    const { stream } = this.#settings
    return new RedisError(
      "fenced",
      `Another process writes to ${stream}. A stream has one writer: stop one of the two, or give one another name.`,
    )
  }
}

/** Its own caller has it. */
const ignoreFailure = (): void => {}
