/** The metrics of a process, from its status records. One table: the documents and the scrape are made of it. */
import {
  type LaneFigures,
  parseTimestamp,
  type ProcessFigures,
  type SessionFigures,
  type SourceStatus,
  type SportsbookFigures,
} from "@boltodds/protocol"
import type { StatusByKind } from "@boltodds/pipeline"
import type { HistogramValue, MetricFamily, MetricType, Sample } from "./exposition.ts"
import { LabelBound, otherLabel } from "./labels.ts"

/** A metric, for documents. */
export interface MetricDescription {
  readonly name: string
  readonly type: MetricType
  /** `seconds`, `bytes`, `ratio`, or what is counted. */
  readonly unit: string
  readonly labels: ReadonlyArray<string>
  readonly help: string
}

interface Metric<A> extends Omit<MetricDescription, "labels"> {
  readonly type: "counter" | "gauge"
  readonly of: (value: A) => Sample | ReadonlyArray<Sample>
}

/** Sportsbooks, and sessions, that have labels of their own. */
export const mostLabels = { sportsbooks: 100, sessions: 32 } as const

const seconds = (millis: number | null): number | null => millis === null ? null : millis / 1000
const one = (is: boolean): number => is ? 1 : 0

const stateSamples = <S extends string>(states: ReadonlyArray<S>, state: S): ReadonlyArray<Sample> =>
  states.map((each) => ({ labels: { state: each }, value: one(each === state) }))

const plain = (value: number | null): Sample => ({ value })

// The process

const phases = ["starting", "running", "standby", "stopping"] as const

const processMetrics: ReadonlyArray<Metric<ProcessFigures>> = [
  {
    name: "boltodds_build_info",
    type: "gauge",
    unit: "1",
    help: "The version of the program; always 1.",
    of: ({ version }) => ({ labels: { version }, value: 1 }),
  },
  {
    name: "process_start_time_seconds",
    type: "gauge",
    unit: "seconds",
    help: "When the process started, since the Unix epoch.",
    of: ({ started_at }) => plain((parseTimestamp(started_at) ?? NaN) / 1000),
  },
  {
    name: "process_cpu_seconds_total",
    type: "counter",
    unit: "seconds",
    help: "Processor time of the process, user and system.",
    of: ({ cpu_s }) => plain(cpu_s),
  },
  {
    name: "process_resident_memory_bytes",
    type: "gauge",
    unit: "bytes",
    help: "Memory of the process.",
    of: ({ rss_bytes }) => plain(rss_bytes),
  },
  {
    name: "boltodds_heap_used_bytes",
    type: "gauge",
    unit: "bytes",
    help: "Memory of the heap in use.",
    of: ({ heap_used_bytes }) => plain(heap_used_bytes),
  },
  {
    name: "boltodds_heap_limit_bytes",
    type: "gauge",
    unit: "bytes",
    help: "The bound of the heap: beyond it the process ends.",
    of: ({ heap_limit_bytes }) => plain(heap_limit_bytes),
  },
  {
    name: "boltodds_event_loop_delay_seconds",
    type: "gauge",
    unit: "seconds",
    help: "How late turns of the event loop were in the last second: stat is p50, p99 or max.",
    of: (figures) => [
      { labels: { stat: "p50" }, value: figures.loop_delay_p50_ms / 1000 },
      { labels: { stat: "p99" }, value: figures.loop_delay_p99_ms / 1000 },
      { labels: { stat: "max" }, value: figures.loop_delay_max_ms / 1000 },
    ],
  },
]

// The source

const counted = (
  name: string,
  unit: string,
  help: string,
  of: (counts: SourceStatus["counts"]) => number,
): Metric<SourceStatus> => ({ name, type: "counter", unit, help, of: ({ counts }) => plain(of(counts)) })

const sourceMetrics: ReadonlyArray<Metric<SourceStatus>> = [
  counted(
    "boltodds_events_total",
    "events",
    "Events of the sessions; of a source of records its groups.",
    (it) => it.events,
  ),
  counted("boltodds_frames_total", "frames", "Frames received, pings included.", (it) => it.frames),
  counted(
    "boltodds_messages_total",
    "messages",
    "Messages decoded; 0 where no sink needs them read.",
    (it) => it.messages,
  ),
  counted("boltodds_changes_total", "records", "Changes of the book.", (it) => it.changes),
  counted("boltodds_controls_total", "records", "Controls of the stream.", (it) => it.controls),
  counted(
    "boltodds_quarantined_total",
    "messages",
    "Messages and frames that could not be read.",
    (it) => it.quarantined,
  ),
  counted(
    "boltodds_rejected_outcomes_total",
    "outcomes",
    "Outcomes that could not be read, suspended alone.",
    (it) => it.rejected,
  ),
  counted("boltodds_unknown_total", "messages", "Messages of unknown actions.", (it) => it.unknown),
  counted("boltodds_ignored_total", "messages", "Of them, those that the options say to ignore.", (it) => it.ignored),
  counted(
    "boltodds_late_arrivals_total",
    "messages",
    "Messages sent before the removal that they follow.",
    (it) => it.late_arrivals,
  ),
  counted(
    "boltodds_limited_total",
    "messages",
    "Messages, or outcomes of one, beyond a bound: not applied.",
    (it) => it.limited,
  ),
  counted(
    "boltodds_connections_lost_total",
    "connections",
    "Connections that had been accepted and were lost.",
    (it) => it.connections_lost,
  ),
  counted("boltodds_gaps_total", "gaps", "Times in which something was not live, those of one sportsbook included.", (
    it,
  ) => it.gaps),
  counted("boltodds_unverified_games_total", "games", "Games that were unverified alone.", (it) => it.unverified_games),
  {
    name: "boltodds_book_bytes",
    type: "gauge",
    unit: "bytes",
    help: "The estimated size of the book.",
    of: ({ book }) => plain(book?.bytes ?? null),
  },
  {
    name: "boltodds_book_limit_bytes",
    type: "gauge",
    unit: "bytes",
    help: "The bound of the book: beyond it messages are not applied.",
    of: ({ book }) => plain(book?.bound ?? null),
  },
]

const latency = {
  name: "boltodds_feed_latency_seconds",
  type: "histogram",
  unit: "seconds",
  help: "Arrival minus the server's time of live updates, at most two a second of each sportsbook. " +
    "The difference of the clocks is in it.",
} as const

const histogramOf = ({ latency: { le, counts, sum, count } }: SourceStatus): HistogramValue => {
  let so = 0
  return { buckets: le.map((bound, index) => [bound / 1000, so += counts[index] ?? 0]), sum: sum / 1000, count }
}

// The sessions

const sessionStates = ["connecting", "syncing", "live", "stale", "lossy", "stopped"] as const

const sessionMetrics: ReadonlyArray<Metric<SessionFigures>> = [
  {
    name: "boltodds_session_state",
    type: "gauge",
    unit: "1",
    help: `1 for the state that the session is in: ${sessionStates.join(", ")}.`,
    of: ({ state }) => stateSamples(sessionStates, state),
  },
  {
    name: "boltodds_session_epochs_total",
    type: "counter",
    unit: "connections",
    help: "Connections so far, the current one included.",
    of: ({ epoch }) => plain(epoch),
  },
  {
    name: "boltodds_session_frame_age_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Since the last frame, pings included.",
    of: ({ frame_age_ms }) => plain(seconds(frame_age_ms)),
  },
  {
    name: "boltodds_session_paused_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Since reading stopped, because a lane is full; 0 while it goes on.",
    of: ({ paused_ms }) => plain(seconds(paused_ms)),
  },
  {
    name: "boltodds_session_lag_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Arrival minus the server's time of the last message; the difference of the clocks is in it.",
    of: ({ lag_ms }) => plain(seconds(lag_ms)),
  },
  {
    name: "boltodds_session_games",
    type: "gauge",
    unit: "games",
    help: "Games that are known.",
    of: ({ games }) => plain(games),
  },
  {
    name: "boltodds_session_verified_games",
    type: "gauge",
    unit: "games",
    help: "Of them, those that are verified and not stale.",
    of: ({ games_verified }) => plain(games_verified),
  },
  {
    name: "boltodds_session_gap_seconds_total",
    type: "counter",
    unit: "seconds",
    help: "How long nothing of the session was known to be live. The start of the run is not in it.",
    of: ({ blind_ms }) => plain(seconds(blind_ms)),
  },
  {
    name: "boltodds_session_dials_left",
    type: "gauge",
    unit: "dials",
    help: "Dials that are allowed now, as far as the process knows.",
    of: ({ dials_left }) => plain(dials_left),
  },
]

// The sportsbooks

const sportsbookMetrics: ReadonlyArray<Metric<SportsbookFigures>> = [
  {
    name: "boltodds_sportsbook_games",
    type: "gauge",
    unit: "games",
    help: "Games that are known.",
    of: ({ games }) => plain(games),
  },
  {
    name: "boltodds_sportsbook_verified_games",
    type: "gauge",
    unit: "games",
    help: "Of them, those that are verified and not stale.",
    of: ({ games_verified }) => plain(games_verified),
  },
  {
    name: "boltodds_sportsbook_verified_ratio",
    type: "gauge",
    unit: "ratio",
    help: "The verified share of the games, from 0 to 1.",
    of: ({ games, games_verified }) => plain(games === 0 ? null : games_verified / games),
  },
  {
    name: "boltodds_sportsbook_lines",
    type: "gauge",
    unit: "lines",
    help: "Lines that are known; 0 where no sink needs them.",
    of: ({ lines }) => plain(lines),
  },
  {
    name: "boltodds_sportsbook_suspended_lines",
    type: "gauge",
    unit: "lines",
    help: "Of them, those without a price.",
    of: ({ suspended }) => plain(suspended),
  },
  {
    name: "boltodds_sportsbook_changes_total",
    type: "counter",
    unit: "records",
    help: "Changes so far.",
    of: ({ changes }) => plain(changes),
  },
  {
    name: "boltodds_sportsbook_age_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Since its last message. A quiet market is normal.",
    of: ({ age_ms }) => plain(seconds(age_ms)),
  },
  {
    name: "boltodds_sportsbook_lag_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Arrival minus the server's time of live updates in the last minute: stat is p50 or p95.",
    of: ({ lag_p50, lag_p95 }) => [
      { labels: { stat: "p50" }, value: seconds(lag_p50) },
      { labels: { stat: "p95" }, value: seconds(lag_p95) },
    ],
  },
  {
    name: "boltodds_sportsbook_stale",
    type: "gauge",
    unit: "1",
    help: "1 while nothing of it counts as live.",
    of: ({ stale }) => plain(one(stale)),
  },
]

// The lanes

const laneCount = (
  field: keyof LaneFigures["counts"],
  help: string,
  { unit = "records", name = `boltodds_lane_${field}_total` } = {},
): Metric<LaneFigures> => ({ name, type: "counter", unit, help, of: ({ counts }) => plain(counts[field]) })

const laneStates = ["open", "ended", "disabled"] as const

const laneMetrics: ReadonlyArray<Metric<LaneFigures>> = [
  {
    name: "boltodds_lane_state",
    type: "gauge",
    unit: "1",
    help:
      "1 for the state that the lane is in: open, ended (its reader has closed) or disabled (its sink failed for good).",
    of: ({ state }) => stateSamples(laneStates, state),
  },
  laneCount("in", "Records that came in."),
  laneCount("restored", "Records that an earlier run left."),
  laneCount("delivered", "Records delivered."),
  laneCount("coalesced", "Records merged into another that waited."),
  laneCount("replaced", "Records not needed any more after a resnapshot."),
  laneCount("dropped", "Records lost: the lane was full, or its sink gone."),
  laneCount("expired", "Records too old to be delivered."),
  laneCount("dead_lettered", "Records that the destination will never take."),
  {
    name: "boltodds_lane_pending_records",
    type: "gauge",
    unit: "records",
    help:
      "Records that wait or are in flight. in + restored is the sum of this and of delivered, coalesced, replaced, " +
      "dropped, expired and dead_lettered.",
    of: ({ counts }) => plain(counts.pending),
  },
  {
    name: "boltodds_lane_pending_bytes",
    type: "gauge",
    unit: "bytes",
    help: "The length of their texts.",
    of: ({ counts }) => plain(counts.pending_bytes),
  },
  {
    name: "boltodds_lane_oldest_pending_seconds",
    type: "gauge",
    unit: "seconds",
    help: "How long the oldest of them has waited; 0 where nothing waits.",
    of: ({ counts, oldest_pending_ms }) => plain(counts.pending === 0 ? 0 : seconds(oldest_pending_ms)),
  },
  laneCount("delivered_bytes", "The length of the texts delivered.", { unit: "bytes" }),
  laneCount("batches", "Batches wholly or partly delivered.", { unit: "batches" }),
  laneCount("retries", "Attempts beyond the first.", { unit: "attempts" }),
  laneCount("resnapshots", "Times that the whole book was sent again after a loss.", { unit: "resnapshots" }),
  {
    name: "boltodds_lane_breaker_open",
    type: "gauge",
    unit: "1",
    help: "1 while the circuit breaker lets nothing through.",
    of: ({ breaker }) => plain(one(breaker !== null && breaker.open_ms > 0)),
  },
  {
    name: "boltodds_lane_lossy",
    type: "gauge",
    unit: "1",
    help: "1 while its reader is missing records that no resnapshot has made good.",
    of: ({ lossy }) => plain(one(lossy)),
  },
]

const phaseHelp = `1 for the phase that the process is in: ${phases.join(", ")}.`
const ageHelp = "How old the figures are: at most about a second while a run goes on."

const described = <A>(
  metrics: ReadonlyArray<Metric<A>>,
  labels: ReadonlyArray<string>,
  own: Readonly<Record<string, ReadonlyArray<string>>> = {},
): ReadonlyArray<MetricDescription> =>
  metrics.map(({ name, type, unit, help }) => ({
    name,
    type,
    unit,
    labels: [...labels, ...own[name] ?? []],
    help,
  }))

/** All metrics, in the order of a scrape. */
export const metricDescriptions: ReadonlyArray<MetricDescription> = [
  { name: "boltodds_phase", type: "gauge", unit: "1", labels: ["phase"], help: phaseHelp },
  { name: "boltodds_status_age_seconds", type: "gauge", unit: "seconds", labels: [], help: ageHelp },
  ...described(processMetrics, [], { boltodds_build_info: ["version"], boltodds_event_loop_delay_seconds: ["stat"] }),
  ...described(sourceMetrics, []),
  { ...latency, labels: ["le"] },
  ...described(sessionMetrics, ["session"], { boltodds_session_state: ["state"] }),
  ...described(sportsbookMetrics, ["session", "sportsbook"], { boltodds_sportsbook_lag_seconds: ["stat"] }),
  ...described(laneMetrics, ["sink", "type", "emit"], { boltodds_lane_state: ["state"] }),
]

/** Makes the metrics of a process. It keeps which names have labels of their own. */
export class Metrics {
  readonly #sportsbooks = new LabelBound(mostLabels.sportsbooks)
  readonly #sessions = new LabelBound(mostLabels.sessions)

  /** The metrics, of records that are so many milliseconds old. */
  of({ process, source, books, lanes }: StatusByKind, ageMillis: number): ReadonlyArray<MetricFamily> {
    const figures = process?.process ?? undefined
    const sessions = (source?.sessions ?? []).map((each) =>
      [{ session: this.#sessions.of(each.session) }, each] as const
    )
    const lanesNow = (lanes?.lanes ?? []).map(({ name, ...rest }) =>
      [{ sink: name, type: rest.type, emit: rest.emit }, { name, ...rest }] as const
    )
    return [
      {
        name: "boltodds_phase",
        type: "gauge",
        unit: "1",
        help: phaseHelp,
        samples: phases.map((each) => ({ labels: { phase: each }, value: one(process?.phase === each) })),
      },
      {
        name: "boltodds_status_age_seconds",
        type: "gauge",
        unit: "seconds",
        help: ageHelp,
        samples: [plain(ageMillis / 1000)],
      },
      ...familiesOf(processMetrics, figures === undefined ? [] : [[{}, figures]]),
      ...familiesOf(sourceMetrics, source === undefined ? [] : [[{}, source]]),
      ...source === undefined ? [] : [{ ...latency, histogram: histogramOf(source) }],
      ...familiesOf(sessionMetrics, withoutOthers(sessions)),
      ...familiesOf(sportsbookMetrics, this.#labeled(books?.books ?? [])),
      ...familiesOf(laneMetrics, lanesNow),
    ]
  }

  /** Each sportsbook with its labels; those beyond the bound as one. */
  #labeled(all: ReadonlyArray<SportsbookFigures>): ReadonlyArray<Labeled<SportsbookFigures>> {
    const labeled: Array<Labeled<SportsbookFigures>> = []
    let others: SportsbookFigures | undefined
    for (const each of all) {
      const session = this.#sessions.of(each.session)
      const sportsbook = this.#sportsbooks.of(each.sportsbook)
      if (sportsbook === otherLabel || session === otherLabel) {
        others = others === undefined ? each : sumOf(others, each)
      } else labeled.push([{ session, sportsbook }, each])
    }
    if (others !== undefined) labeled.push([{ session: otherLabel, sportsbook: otherLabel }, others])
    return labeled
  }
}

type Labeled<A> = readonly [labels: Readonly<Record<string, string>>, value: A]

const familiesOf = <A>(
  metrics: ReadonlyArray<Metric<A>>,
  values: ReadonlyArray<Labeled<A>>,
): ReadonlyArray<MetricFamily> =>
  metrics.map(({ name, type, unit, help, of }) => ({
    name,
    type,
    unit,
    help,
    samples: values.flatMap(([labels, value]) => {
      const given = of(value)
      const samples: ReadonlyArray<Sample> = "value" in given ? [given] : given
      return samples.map((sample) => ({ labels: { ...labels, ...sample.labels }, value: sample.value }))
    }),
  }))

/** Sessions have no sum: those beyond the bound are left out. */
const withoutOthers = (
  sessions: ReadonlyArray<readonly [{ readonly session: string }, SessionFigures]>,
): ReadonlyArray<Labeled<SessionFigures>> => sessions.filter(([{ session }]) => session !== otherLabel)

const most = (one: number | null, other: number | null): number | null =>
  one === null ? other : other === null ? one : Math.max(one, other)

const sumOf = (one: SportsbookFigures, other: SportsbookFigures): SportsbookFigures => ({
  ...one,
  games: one.games + other.games,
  games_verified: one.games_verified + other.games_verified,
  lines: one.lines + other.lines,
  suspended: one.suspended === null || other.suspended === null ? null : one.suspended + other.suspended,
  changes: one.changes + other.changes,
  per_s: one.per_s + other.per_s,
  age_ms: most(one.age_ms, other.age_ms),
  lag_p50: most(one.lag_p50, other.lag_p50),
  lag_p95: most(one.lag_p95, other.lag_p95),
  stale: one.stale || other.stale,
})
