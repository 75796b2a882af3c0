/** The health of a process in answers of HTTP: whether it lives, whether it can serve its readers, whether the feed is live. */
import type { RestAnswer } from "@boltodds/feed-server"
import type { StatusByKind } from "@boltodds/pipeline"

/** Records come once a second while a run goes on; after this long without them something is stuck. In milliseconds. */
export const stuckMillis = 10_000

/**
 * `/livez`: 200 while the event loop turns and the run reports. A process whose loop is stuck does not answer at all: a
 * probe needs a time-out.
 */
export const liveAnswer = ({ process }: StatusByKind, ageMillis: number): RestAnswer => {
  const reports = process?.phase === "running" || process?.phase === "stopping"
  return reports && ageMillis > stuckMillis
    ? text(503, [`stuck: the run has reported nothing for ${Math.floor(ageMillis / 1000)} s`])
    : text(200, ["ok"])
}

/** What a server knows of one of its streams. */
export interface ServedStream {
  readonly emit: string
  readonly hasStarted: boolean
  readonly hasStopped: boolean
}

/**
 * `/readyz`: 200 once readers can be served: the run is at work, no required sink is disabled, and each stream has begun. A
 * sink that is not required, and is disabled, is named.
 */
export const readyAnswer = (
  { process, lanes }: StatusByKind,
  streams: ReadonlyArray<ServedStream>,
): RestAnswer => {
  if (process?.phase === "standby") return text(503, [standbyText(process.why)])
  const disabled = (lanes?.lanes ?? []).filter(({ state }) => state === "disabled")
  const sentences = (isRequired: boolean): ReadonlyArray<string> =>
    disabled.filter(({ required }) => required === isRequired).map(({ name, last_error }) =>
      `the sink ${name} is disabled${last_error === null ? "" : `: ${last_error}`}`
    )
  const missing = [
    ...process?.phase === "running" ? [] : [`the process is ${process?.phase ?? "starting"}`],
    ...sentences(true),
    ...streams.flatMap(({ emit, hasStarted, hasStopped }) =>
      hasStopped ? [`the stream ${emit} has ended`] : hasStarted ? [] : [`the stream ${emit} has no records yet`]
    ),
  ]
  return missing.length === 0 ? text(200, ["ok", ...sentences(false)]) : text(503, [...missing, ...sentences(false)])
}

/** How long after the last frame `/feedz` answers 503, in milliseconds: 25 s of silence, and the next record. */
export const muteMillis = 27_000

/**
 * `/feedz`: 200 while every session is connected, settled and fresh, also if it receives nothing but pings; else 503, with
 * what is missing. Silence shows within {@link muteMillis}. A sportsbook that is stale alone is named, and is no reason.
 */
export const feedAnswer = ({ process, source, books }: StatusByKind, ageMillis: number): RestAnswer => {
  if (process?.phase === "standby") return text(503, [standbyText(process.why)])
  if (source === undefined || process?.phase !== "running") {
    return text(503, [`the process is ${process?.phase ?? "starting"}`])
  }
  if (ageMillis > stuckMillis) return text(503, ["the run is stuck, see /livez"])
  const missing = source.sessions.filter(({ state }) => state !== "live").map(
    ({ session, state, why, next_dial_at }) => {
      const next = next_dial_at === null ? "" : `; next dial at ${next_dial_at}`
      return `${session}: ${state}${why === null ? "" : `: ${why}`}${next}`
    },
  )
  if (source.sessions.length === 0) missing.push("there is no session yet")
  const live = new Set(source.sessions.filter(({ state }) => state === "live").map(({ session }) => session))
  const stale = (books?.books ?? []).filter((each) => each.stale && live.has(each.session)).map(({ sportsbook }) =>
    sportsbook
  )
  const remarks = stale.length === 0 ? [] : [`stale sportsbooks: ${stale.slice(0, mostNamed).join(", ")}`]
  return missing.length === 0 ? text(200, ["ok", ...remarks]) : text(503, [...missing, ...remarks])
}

const mostNamed = 20

const standbyText = (why: string | null): string => `standby${why === null ? "" : `: ${why}`}`

const text = (status: number, lines: ReadonlyArray<string>): RestAnswer => ({
  status,
  body: `${lines.map((line) => line.replaceAll(/[\p{Cc}\p{Cf}]/gu, "?")).join("\n")}\n`,
  headers: { "Cache-Control": "no-store" },
})
