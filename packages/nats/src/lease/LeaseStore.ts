/** The entry of a lease in a bucket of NATS KV. */
import { jetstream, JetStreamApiError, StorageType } from "@nats-io/jetstream"
import { type KV, Kvm } from "@nats-io/kv"
import { NatsError } from "../NatsError.ts"
import type { Link } from "../internal/Link.ts"
import { natsErrorOf } from "../internal/natsErrorOf.ts"
import type { LeaseAnswer, LeaseAsk } from "./LeaseMachine.ts"

/** The answer of a server to a write whose expected revision is not the last one. */
const wrongLast = 10_071
/** The answer where the bucket does not exist any more. */
const noStream = 10_059

/** Which entry, and what is written. */
export interface LeaseStoreOptions {
  readonly bucket: string
  readonly name: string
  readonly me: string
  readonly ttlMillis: number
  readonly timeoutMillis: number
  readonly create: boolean
  readonly storage: "file" | "memory"
  readonly replicas: number
  /** Called when a question has no answer. */
  readonly onUnreachable: (error: NatsError) => void
}

/** What an entry holds. */
interface Holding {
  readonly holder: string
  readonly ttl_ms: number
}

/** Asks the server. */
export class LeaseStore {
  readonly #link: Link
  readonly #options: LeaseStoreOptions
  #bucket: KV | undefined

  constructor(link: Link, options: LeaseStoreOptions) {
    this.#link = link
    this.#options = options
  }

  /** Opens the bucket, and makes it where it is missing. Rejects with a {@link NatsError}. */
  async open(): Promise<KV> {
    const { bucket, create, storage, replicas, ttlMillis, timeoutMillis } = this.#options
    const kvm = new Kvm(jetstream(this.#link.connection, { timeout: timeoutMillis }))
    try {
      // Not `allow_direct`: another server of a cluster may answer, with an older entry.
      const opened = await this.#link.whileUp(() =>
        create
          ? kvm.create(bucket, {
            description: "boltodds: who reads the feed",
            history: 1,
            replicas,
            storage: storage === "file" ? StorageType.File : StorageType.Memory,
            allow_direct: false,
          })
          : kvm.open(bucket, { allow_direct: false })
      )
      const { ttl } = await this.#link.whileUp(() => opened.status())
      if (ttl > 0 && ttl < 3 * ttlMillis) {
        throw new NatsError(
          "stream",
          `Cannot keep a lease in the bucket ${bucket}: it removes entries after ${ttl / 1000} s. ` +
            "Name a bucket without a TTL, or leave `bucket` out.",
        )
      }
      return opened
    } catch (cause) {
      if (cause instanceof JetStreamApiError && cause.code === noStream) {
        throw new NatsError("no-stream", `The bucket ${bucket} does not exist. Make it, or set create: true.`, {
          cause,
        })
      }
      throw natsErrorOf(cause, `Cannot open the bucket ${bucket}`)
    }
  }

  /** The answer to a question. Never rejects. */
  async ask(ask: LeaseAsk): Promise<LeaseAnswer> {
    const { name, bucket } = this.#options
    try {
      const kv = this.#bucket ??= await this.open()
      return await this.#link.whileUp(() => this.#answer(kv, ask))
    } catch (cause) {
      if (cause instanceof JetStreamApiError && cause.code === wrongLast) return { _tag: "Conflict" }
      // The server may have lost its disk: the bucket is made again.
      this.#bucket = undefined
      this.#options.onUnreachable(natsErrorOf(cause, `Cannot ask for the lease ${name} in ${bucket}`))
      return { _tag: "Unreachable" }
    }
  }

  async #answer(kv: KV, ask: LeaseAsk): Promise<LeaseAnswer> {
    const { name, me, ttlMillis, timeoutMillis: timeout } = this.#options
    switch (ask._tag) {
      case "Read": {
        const entry = await kv.get(name)
        if (entry === null) return { _tag: "Free", revision: 0 }
        const { revision, operation } = entry
        if (operation !== "PUT") return { _tag: "Free", revision }
        const { holder, ttl_ms } = holdingOf(entry.string(), ttlMillis)
        return { _tag: "Entry", revision, holder, ttlMillis: ttl_ms }
      }
      case "Write": {
        const held: Holding = { holder: me, ttl_ms: ttlMillis }
        return { _tag: "Done", revision: await kv.put(name, JSON.stringify(held), { previousSeq: ask.after, timeout }) }
      }
      case "Delete":
        await kv.delete(name, { previousSeq: ask.after })
        return { _tag: "Done", revision: ask.after }
    }
  }
}

/** What stands in an entry. One that cannot be read is held by somebody, too. */
const holdingOf = (text: string, ttlMillis: number): Holding => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  const { holder, ttl_ms } = typeof value === "object" && value !== null ? value as Partial<Holding> : {}
  return {
    holder: typeof holder === "string" ? holder : "an unknown process",
    ttl_ms: typeof ttl_ms === "number" && ttl_ms > 0 ? ttl_ms : ttlMillis,
  }
}
