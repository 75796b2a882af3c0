/** The status of a process as tables for a terminal of 80 columns. */
import type { StatusByKind } from "@boltodds/pipeline"
import type { GapFigures, LaneFigures, SessionFigures, SportsbookFigures } from "@boltodds/protocol"
import { countText, visible } from "@boltodds/text"
import { upMillis } from "./upMillis.ts"

/** A column: its head, how wide it is, and the side on which its texts stand. */
interface Column {
  readonly head: string
  readonly width: number
  readonly isRight?: boolean
}

const none = "–"
const mostColumns = 80

/** The tables of a process: sessions, sportsbooks, sinks, the last gaps. No line is longer than 80 columns. */
export const statusTable = (status: StatusByKind): string => {
  const { process, source, books, lanes } = status
  const parts = [
    headOf(status),
    ...source === undefined ? [] : [sessionTable(source.sessions)],
    ...books === undefined || books.books.length === 0 ? [] : [sportsbookTable(books.books)],
    ...lanes === undefined || lanes.lanes.length === 0 ? [] : [laneTable(lanes.lanes)],
    ...source === undefined || source.gaps.length === 0 ? [] : [gapTable(source.gaps)],
  ]
  return process === undefined ? "boltodds-pipe: nothing runs yet\n" : `${parts.join("\n\n")}\n`
}

const headOf = ({ process, source }: StatusByKind): string => {
  if (process === undefined) return ""
  const { phase, why, process: figures, at } = process
  const doing = phase === "standby" ? `standby${why === null ? "" : `: ${visible(why)}`}` : phase
  const first = `boltodds-pipe: ${doing}`
  if (figures === null) return first
  const up = spanText(upMillis(at, figures.started_at))
  const facts = [
    `up ${up}`,
    `pid ${figures.pid}`,
    `${mebibytes(figures.rss_bytes)} MiB`,
    `loop p99 ${figures.loop_delay_p99_ms.toFixed(0)} ms`,
    ...source === undefined ? [] : [
      `${countText(source.counts.frames)} frames`,
      `${countText(source.counts.changes)} changes`,
    ],
  ]
  return `${cut(first, mostColumns)}\n${cut(facts.join(" · "), mostColumns)}${lossesText(source?.counts)}`
}

const lossesText = (counts: NonNullable<StatusByKind["source"]>["counts"] | undefined): string => {
  if (counts === undefined) return ""
  const parts = [
    ...counts.quarantined > 0 ? [`${countText(counts.quarantined)} messages not read`] : [],
    ...counts.rejected > 0 ? [`${countText(counts.rejected)} outcomes not read`] : [],
    ...counts.unknown > 0 ? [`${countText(counts.unknown)} of unknown actions`] : [],
    ...counts.limited > 0 ? [`${countText(counts.limited)} beyond a bound`] : [],
  ]
  return parts.length === 0 ? "" : `\n${cut(parts.join(" · "), mostColumns)}`
}

const sessionColumns: ReadonlyArray<Column> = [
  { head: "SESSION", width: 16 },
  { head: "STATE", width: 10 },
  { head: "CONN", width: 5, isRight: true },
  { head: "FRAME", width: 8, isRight: true },
  { head: "GAMES", width: 13, isRight: true },
  { head: "LAG", width: 8, isRight: true },
  { head: "IN GAPS", width: 8, isRight: true },
]

const sessionTable = (sessions: ReadonlyArray<SessionFigures>): string =>
  table(
    sessionColumns,
    sessions.map((
      { session, state, why, epoch, frame_age_ms, games, games_verified, lag_ms, blind_ms, next_dial_at },
    ) => ({
      cells: [
        session,
        state,
        countText(epoch),
        ageText(frame_age_ms),
        `${countText(games_verified)}/${countText(games)}`,
        lagText(lag_ms),
        spanText(blind_ms),
      ],
      note: why === null ? undefined : `${why}${next_dial_at === null ? "" : `; next dial ${timeText(next_dial_at)}`}`,
    })),
  )

const sportsbookColumns: ReadonlyArray<Column> = [
  { head: "SPORTSBOOK", width: 18 },
  { head: "GAMES", width: 11, isRight: true },
  { head: "LINES", width: 8, isRight: true },
  { head: "SUSP", width: 6, isRight: true },
  { head: "CHG/S", width: 7, isRight: true },
  { head: "LAST", width: 7, isRight: true },
  { head: "LAG P50", width: 8, isRight: true },
  { head: "P95", width: 8, isRight: true },
]

const sportsbookTable = (books: ReadonlyArray<SportsbookFigures>): string => {
  const hasSessions = new Set(books.map(({ session }) => session)).size > 1
  const shown = books.slice(0, mostSportsbooks)
  const more = books.length - shown.length
  return table(
    sportsbookColumns,
    shown.map((each) => ({
      cells: [
        hasSessions ? `${each.session}/${each.sportsbook}` : each.sportsbook,
        `${countText(each.games_verified)}/${countText(each.games)}`,
        countText(each.lines),
        each.suspended === null ? none : countText(each.suspended),
        each.per_s.toFixed(1),
        ageText(each.age_ms),
        lagText(each.lag_p50),
        lagText(each.lag_p95),
      ],
      note: each.stale ? "stale: nothing of it counts as live" : undefined,
    })),
  ) + (more === 0 ? "" : `\n… ${more} more: --json shows all`)
}

const mostSportsbooks = 60

const laneColumns: ReadonlyArray<Column> = [
  { head: "SINK", width: 14 },
  { head: "TYPE", width: 8 },
  { head: "EMIT", width: 10 },
  { head: "STATE", width: 8 },
  { head: "DELIVERED", width: 12, isRight: true },
  { head: "PENDING", width: 8, isRight: true },
  { head: "OLDEST", width: 7, isRight: true },
  { head: "LOST", width: 6, isRight: true },
]

const laneTable = (lanes: ReadonlyArray<LaneFigures>): string =>
  table(
    laneColumns,
    lanes.map(({ name, type, emit, state, counts, oldest_pending_ms, breaker, last_error, last_error_at, lossy }) => ({
      cells: [
        name,
        type === "" ? none : type,
        emit,
        state,
        countText(counts.delivered),
        countText(counts.pending),
        ageText(oldest_pending_ms),
        countText(counts.dropped + counts.expired + counts.dead_lettered),
      ],
      note: [
        ...lossy ? ["its reader is missing records"] : [],
        ...breaker === null || breaker.open_ms === 0 ? [] : [`circuit breaker open for ${spanText(breaker.open_ms)}`],
        ...last_error === null || last_error_at === null ? [] : [`${timeText(last_error_at)} ${last_error}`],
      ].join("; ") || undefined,
    })),
  )

const gapColumns: ReadonlyArray<Column> = [
  { head: "LAST GAPS", width: 21 },
  { head: "TOOK", width: 9, isRight: true },
  { head: "GAMES", width: 7, isRight: true },
  { head: "OF", width: 16 },
  { head: "WHY", width: 22 },
]

const gapTable = (gaps: ReadonlyArray<GapFigures>): string =>
  table(
    gapColumns,
    gaps.toReversed().map(({ session, sportsbook, kind, reason, from, ms, open, games }) => ({
      cells: [
        `${from.slice(0, 10)} ${timeText(from)}`,
        `${spanText(ms)}${open ? "…" : ""}`,
        games === 0 ? none : countText(games),
        sportsbook ?? session,
        kind === reason ? kind : `${kind}: ${reason}`,
      ],
      note: undefined,
    })),
  )

interface Row {
  readonly cells: ReadonlyArray<string>
  /** A line of its own below. */
  readonly note: string | undefined
}

const table = (columns: ReadonlyArray<Column>, rows: ReadonlyArray<Row>): string => {
  const lineOf = (cells: ReadonlyArray<string>): string =>
    columns.map(({ width, isRight }, index) => {
      const text = cut(visible(cells[index] ?? ""), width)
      return isRight === true ? text.padStart(width) : text.padEnd(width)
    }).join(" ").trimEnd()
  return [
    lineOf(columns.map(({ head }) => head)),
    ...rows.flatMap(({ cells, note }) => [
      lineOf(cells),
      ...note === undefined ? [] : [cut(`  ! ${visible(note)}`, mostColumns)],
    ]),
  ].join("\n")
}

const cut = (text: string, width: number): string => {
  const points = [...text]
  return points.length <= width ? text : `${points.slice(0, width - 1).join("")}…`
}

const mebibytes = (bytes: number): string => countText(Math.round(bytes / 1024 ** 2))

const timeText = (iso: string): string => iso.slice(11, 19)

const ageText = (millis: number | null): string => millis === null ? none : spanText(millis)

const lagText = (millis: number | null): string =>
  millis === null ? none : Math.abs(millis) < 10_000 ? `${Math.round(millis)} ms` : spanText(millis)

/** `0.4 s`, `41 s`, `12 m`, `3 h 12 m`, `2 d 3 h`. */
const spanText = (millis: number): string => {
  const seconds = millis / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} m`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} m` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}
