/** What the records of a batch do to the latest lines, and to what of them is known to be live. */

/** The fields of a record that count here. */
export interface PlannedRecord {
  readonly change?: string
  readonly control?: string
  readonly session: string
  readonly sportsbook?: string | null
  readonly game?: string | null
  readonly outcome?: string
  readonly touches?: string
  readonly run?: string
  readonly resumes?: string
}

/** A scope of what is known to be live, or not; an empty name stands for all. */
export interface Mark {
  readonly kind: "unverified" | "verified" | "stale" | "lossy"
  readonly session: string
  readonly sportsbook: string
  readonly game: string
}

const keyOf = (...names: ReadonlyArray<string>): string => JSON.stringify(names)

/** Takes the records in their order. The law: with the tables of before it is what `fold` of `@boltodds/protocol` keeps. */
export class LatestPlan {
  /** All that was known is forgotten. */
  isCleared = false
  /** Games of which all lines are forgotten: sportsbook and key. */
  readonly clearedGames = new Map<string, readonly [sportsbook: string, game: string]>()
  /** By game and outcome: the delivery of the record that stands, or null where the line is closed. */
  readonly #lines = new Map<string, Map<string, number | null>>()
  /** The newest delivery of each mark, or null where it is removed. */
  readonly #marks = new Map<string, { readonly mark: Mark; readonly delivery: number | null }>()
  /** Stale sportsbooks and sessions are forgotten, but not what is unverified. */
  isFreshSessions = false
  run: string

  /** `run`: that of the records before. */
  constructor(run: string) {
    this.run = run
  }

  take(record: PlannedRecord, delivery: number): void {
    if (record.control !== undefined) this.#control(record, delivery)
    else if (record.outcome !== undefined) this.#line(record, record.outcome, delivery)
    else this.#game(record)
    // The first record names the run; where another begins, its `stream_started` or `stream_resumed` does.
    if (this.run === "" && record.run !== undefined) this.run = record.run
  }

  /** The deliveries of the records that stand. */
  get standing(): ReadonlyArray<number> {
    return this.#all().flatMap(([, delivery]) => delivery ?? [])
  }

  /** The lines that are closed: sportsbook, game, outcome. */
  get closed(): ReadonlyArray<readonly [string, string, string]> {
    return this.#all().flatMap(([names, delivery]) => delivery === null ? [names] : [])
  }

  get marks(): ReadonlyArray<{ readonly mark: Mark; readonly delivery: number | null }> {
    return [...this.#marks.values()]
  }

  #all(): ReadonlyArray<readonly [readonly [string, string, string], number | null]> {
    return [...this.#lines].flatMap(([game, lines]) => {
      const [sportsbook, key] = JSON.parse(game) as readonly [string, string]
      return [...lines].map(([outcome, delivery]) => [[sportsbook, key, outcome], delivery] as const)
    })
  }

  #line({ change, sportsbook, game }: PlannedRecord, outcome: string, delivery: number): void {
    const id = keyOf(sportsbook ?? "", game ?? "")
    let lines = this.#lines.get(id)
    if (lines === undefined) this.#lines.set(id, lines = new Map())
    lines.set(outcome, change === "line_closed" ? null : delivery)
  }

  #game({ change, sportsbook, game }: PlannedRecord): void {
    if (change !== "game_opened" && change !== "game_closed") return
    const names = [sportsbook ?? "", game ?? ""] as const
    const id = keyOf(...names)
    this.#lines.delete(id)
    this.clearedGames.set(id, names)
  }

  #control(record: PlannedRecord, delivery: number): void {
    const { control, session } = record
    const sportsbook = record.sportsbook ?? ""
    const game = record.game ?? ""
    switch (control) {
      case "stream_started":
        this.#clear(record.run)
        return
      case "stream_resumed":
        // Of a run that was not read nothing is known.
        if (this.run !== record.resumes) {
          this.#clear(record.run)
          this.#mark("lossy", "", "", "", delivery)
        }
        this.run = record.run ?? this.run
        this.isFreshSessions = true
        for (const [key, { mark }] of this.#marks) if (isStaleSession(mark)) this.#marks.delete(key)
        this.#mark("unverified", "", "", "", delivery)
        return
      case "stream_stopped":
        this.#mark("unverified", "", "", "", delivery)
        return
      case "dropped":
        this.#mark("lossy", "", "", "", delivery)
        return
      case "gap_opened":
        this.#mark("stale", session, "", "", null)
        this.#mark("unverified", session, "", "", delivery)
        return
      case "clock_jumped":
        this.#mark("unverified", session, "", "", delivery)
        return
      case "game_verified":
        this.#mark("verified", "", sportsbook, game, delivery)
        return
      case "quarantined":
        if (record.touches === "session") this.#mark("unverified", session, "", "", delivery)
        else if (record.touches === "sportsbook") this.#mark("unverified", session, sportsbook, "", delivery)
        else if (record.touches === "game") this.#mark("unverified", session, sportsbook, game, delivery)
        return
      case "stale":
        this.#mark("stale", session, sportsbook, "", delivery)
        return
      case "fresh":
        this.#mark("stale", session, sportsbook, "", null)
        return
    }
  }

  #clear(run: string | undefined): void {
    this.isCleared = true
    this.isFreshSessions = false
    this.clearedGames.clear()
    this.#lines.clear()
    this.#marks.clear()
    this.run = run ?? this.run
  }

  #mark(kind: Mark["kind"], session: string, sportsbook: string, game: string, delivery: number | null): void {
    this.#marks.set(keyOf(kind, session, sportsbook, game), { mark: { kind, session, sportsbook, game }, delivery })
  }
}

const isStaleSession = ({ kind, sportsbook }: Mark): boolean => kind === "stale" && sportsbook === ""
