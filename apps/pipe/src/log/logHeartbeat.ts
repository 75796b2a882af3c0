/** A line in the log every few minutes: the run is alive, and this is how it is doing. */
import type { LatestStatus, StatusByKind } from "@boltodds/pipeline"
import { countText, formatMillis } from "@boltodds/text"
import { upMillis } from "../status/upMillis.ts"
import type { CommandLog } from "./Log.ts"

/** Logs how a process is doing, for as long as it runs. */
export const logHeartbeats = (log: CommandLog, latest: LatestStatus): void => {
  const { heartbeatMillis = 0 } = log
  if (heartbeatMillis === 0) return
  let loggedAt: number | undefined
  latest.subscribe(() => {
    const now = performance.now()
    loggedAt ??= now
    if (now - loggedAt < heartbeatMillis) return
    loggedAt = now
    const { message, fields } = heartbeatOf(latest.byKind)
    log.log("info", message, { event: "heartbeat", ...fields })
  })
}

/** The line, and its facts for programs. */
export const heartbeatOf = (
  { process, source, books, lanes }: StatusByKind,
): { readonly message: string; readonly fields: Readonly<Record<string, unknown>> } => {
  if (process?.phase === "standby") return { message: `alive as a standby: ${process.why ?? ""}`, fields: {} }
  const sessions = source?.sessions ?? []
  const live = sessions.filter(({ state }) => state === "live").length
  const games = sum(sessions.map((session) => session.games))
  const verified = sum(sessions.map((session) => session.games_verified))
  const rate = sum((books?.books ?? []).map(({ per_s }) => per_s))
  const all = lanes?.lanes ?? []
  const lost = sum(all.map(({ counts }) => counts.dropped + counts.expired + counts.dead_lettered))
  const pending = sum(all.map(({ counts }) => counts.pending))
  const figures = process?.process
  const up = figures === undefined || figures === null
    ? undefined
    : Math.round(upMillis(process!.at, figures.started_at) / 1000) * 1000
  const fields = {
    sessions: sessions.length,
    sessions_live: live,
    games,
    games_verified: verified,
    changes_per_s: Math.round(rate),
    pending,
    lost,
    ...figures === undefined || figures === null ? {} : { rss_bytes: figures.rss_bytes },
  }
  const facts = [
    `${live} of ${sessions.length} ${sessions.length === 1 ? "session" : "sessions"} live`,
    `${countText(verified)} of ${countText(games)} games verified`,
    `${countText(Math.round(rate))} changes/s`,
    `${countText(pending)} pending`,
    `${countText(lost)} lost`,
  ]
  return { message: `alive${up === undefined ? "" : ` for ${formatMillis(up)}`}: ${facts.join(", ")}`, fields }
}

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((all, each) => all + each, 0)
