/** What can be said of a stream in one word. */
import type { Envelope } from "@boltodds/sink"

/**
 * `starting`: nothing was received yet · `live` · `gap`: at least one session is not verified since its last gap ·
 * `stale`: at least one session receives nothing · `lossy`: records were lost on the way here · `stopped`.
 */
export type HealthStatus = "starting" | "live" | "gap" | "stale" | "lossy" | "stopped"

/** Reads the controls of a stream. */
export class Health {
  #hasStarted = false
  #hasStopped = false
  #isLossy = false
  readonly #gaps = new Set<string>()
  readonly #stale = new Set<string>()

  get status(): HealthStatus {
    if (this.#hasStopped) return "stopped"
    if (!this.#hasStarted) return "starting"
    if (this.#isLossy) return "lossy"
    return this.#stale.size > 0 ? "stale" : this.#gaps.size > 0 ? "gap" : "live"
  }

  read(envelopes: ReadonlyArray<Envelope<unknown>>): void {
    for (const { _tag, value } of envelopes) {
      if (_tag === "Record") this.#hasStarted = true
      else if ("control" in value) this.#control(value.control, value.session, value)
    }
  }

  #control(kind: string, session: string, control: object): void {
    this.#hasStarted = true
    switch (kind) {
      case "stream_started":
        this.#hasStopped = false
        this.#isLossy = false
        this.#gaps.clear()
        this.#stale.clear()
        return
      case "stream_stopped":
        this.#hasStopped = true
        return
      case "dropped":
        this.#isLossy = true
        return
      case "gap_opened":
        this.#gaps.add(session)
        this.#stale.delete(session)
        return
      case "clock_jumped":
        this.#gaps.add(session)
        return
      case "gap_closed":
      case "synced":
        this.#gaps.delete(session)
        return
      case "stale":
        if (isWhole(control)) this.#stale.add(session)
        return
      case "fresh":
        if (isWhole(control)) this.#stale.delete(session)
    }
  }
}

/** Whether it is about the session, not about one sportsbook. */
const isWhole = (control: object): boolean => !("sportsbook" in control) || control.sportsbook === null
