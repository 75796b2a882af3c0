/** The manifest of a stream: what it is, who writes it, and how far it is. */
import { RedisError } from "../RedisError.ts"
import type { StreamSettings } from "../RedisOptions.ts"
import type { RedisKeys } from "../redisKeys.ts"
import { positionOf } from "./entries.ts"
import type { Link, Reply } from "./Link.ts"

/** The version of what is kept in Redis: a stream of another one is not written and not read. */
const version = "1"

/** What must be equal for all that write to a stream, in pairs. */
export const settingPairs = ({ latest, partitions, emit }: StreamSettings): ReadonlyArray<string> => [
  "version",
  version,
  "latest",
  latest ? "yes" : "no",
  "partitions",
  String(partitions),
  "emit",
  emit,
]

/** A stream whose setting differs from that of its writer. */
export const differsError = (stream: string, setting: string, found: string, wanted: string): RedisError =>
  new RedisError(
    "stream",
    `Cannot write to the stream ${stream}: its manifest has ${setting}: ${found}, and this sink has ${setting}: ${
      wanted === "" ? "none" : wanted
    }. Use another name for the stream, give the sink the same setting, or remove the keys ${stream} and ${stream}:*.`,
  )

/** Rejects with a {@link RedisError} if the stream exists and has other settings. Changes nothing. */
export const checkManifest = async (
  link: Pick<Link, "call">,
  keys: RedisKeys,
  settings: StreamSettings,
): Promise<void> => {
  const wanted = settingPairs(settings)
  const names = wanted.filter((_, index) => index % 2 === 0)
  const found = await link.call("HMGET", [keys.manifest, ...names]) as ReadonlyArray<Reply>
  for (const [index, name] of names.entries()) {
    const has = found[index]
    const wants = wanted[2 * index + 1]!
    if (typeof has === "string" && has !== "" && wants !== "" && has !== wants) {
      throw differsError(settings.stream, name, has, wants)
    }
  }
}

/** How far a stream is. */
export interface StreamState {
  /** The name that it got when it was made: another stream of the same key counts anew. */
  readonly created: string
  /** The last position of the log. */
  readonly last: number
  /** The last position of what is read, the log or a partition. */
  readonly position: number
  /** The id of the last entry of what is read. */
  readonly id: string
  /** Whether that entry ends a group. */
  readonly isWhole: boolean
  /** How often a writer has taken the stream over. */
  readonly takes: number
  /** The id of the last entry of what is read when that was done last. */
  readonly took: string
  readonly latest: boolean
  readonly partitions: number
}

/** The state of a stream; undefined if it does not exist. Rejects with a {@link RedisError} for one of another version. */
export const stateOf = async (
  link: Pick<Link, "call">,
  keys: RedisKeys,
  partition: number | undefined,
): Promise<StreamState | undefined> => {
  const fields = partition === undefined ? ["id", "took"] : [`partition:${partition}`, `took:${partition}`]
  const args = [keys.manifest, "version", "created", "last", "latest", "partitions", "whole", "takes", ...fields]
  const [found, created, last, latest, partitions, whole, takes, id, took] = await link.call(
    "HMGET",
    args,
  ) as ReadonlyArray<
    string | null
  >
  if (typeof created !== "string") return undefined
  if (found !== version) {
    throw new RedisError(
      "stream",
      `Cannot read the stream ${keys.log}: it was written by another version (${found}). Use the same version here.`,
    )
  }
  const state = {
    created,
    last: Number(last),
    position: partition === undefined ? Number(last) : positionOf(id ?? "0-0"),
    id: id ?? "0-0",
    // The end of a group may be in another partition.
    isWhole: partition === undefined && whole === "yes",
    takes: Number(takes),
    took: took ?? "0-0",
    latest: latest === "yes",
    partitions: Number(partitions),
  }
  if (partition !== undefined && partition >= state.partitions) {
    throw new RedisError(
      "no-stream",
      `Cannot read the partition ${partition} of ${keys.log}: it has ${state.partitions} partitions, counted from 0. ` +
        "Set partitions of its sink, or read another one.",
    )
  }
  return state
}
