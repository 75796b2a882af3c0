/** The hooks between a run and the parts of its pipeline. */
import type { EarlyEnd, PartsHost } from "@boltodds/parts"
import { LatestStatus } from "@boltodds/pipeline"
import type { Step } from "@boltodds/state"
import type * as Effect from "effect/Effect"
import type { CommandLog } from "../log/Log.ts"
import { logHeartbeats } from "../log/logHeartbeat.ts"
import { BadConfiguration, errorMessage } from "../process/ExitCode.ts"
import type { MetricsExport } from "../status/otlp.ts"
import { wantsOtlp } from "../status/otlpWanted.ts"
import { processFigures } from "../status/processFigures.ts"
import { Reception } from "./Reception.ts"

/** Collects what the parts register while they open, and what they report of the feed. */
export class RunHooks {
  /** Effects that end the run. */
  readonly ends: Array<Effect.Effect<EarlyEnd>> = []
  /** Functions that see every step. */
  readonly watches: Array<(step: Step) => void> = []
  /** What the feed has sent. */
  reception: Reception = new Reception()
  /** How the process is doing, through all its runs. */
  readonly status = new LatestStatus(processFigures)

  #isReporting = false
  #export: Promise<MetricsExport> | undefined

  /** From now on the process logs that it is alive, and sends its metrics if variables say where. */
  startReporting(log: CommandLog): void {
    if (this.#isReporting) return
    this.#isReporting = true
    logHeartbeats(log, this.status)
    try {
      if (!wantsOtlp(process.env)) return
    } catch (cause) {
      throw new BadConfiguration(errorMessage(cause), { cause })
    }
    this.#export = import("../status/otlp.ts").then(({ exportMetrics }) => exportMetrics(this.status, log, process.env))
  }

  /** The process ends: the last metrics are sent. */
  async stopReporting(): Promise<void> {
    const exporting = this.#export
    this.#export = undefined
    await (await exporting)?.end()
  }

  /** Another run follows, which registers its own. */
  clear(): void {
    this.ends.length = 0
    this.watches.length = 0
    this.reception = new Reception()
  }

  /** The hooks, for the parts. */
  get host(): Pick<PartsHost, "onStatus" | "onSteps" | "endsWhen" | "status"> {
    return {
      status: this.status,
      onStatus: (status) => this.reception.onStatus(status),
      onSteps: (watch) => void this.watches.push(watch),
      endsWhen: (end) => void this.ends.push(end),
    }
  }
}
