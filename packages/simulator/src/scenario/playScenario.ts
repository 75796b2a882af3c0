/** Playing a scripted run on a simulator. */
import { isDataFrame } from "@boltodds/feed-server"
import type { FaultHost } from "../faults/Behavior.ts"
import { faultNamed } from "../faults/table.ts"
import type { Simulator } from "../Simulator.ts"
import { SimulatorError } from "../SimulatorError.ts"
import { actions, type Stage } from "./actions.ts"
import type { Scenario, ScenarioStep } from "./Scenario.ts"

/** How a scenario is played. */
export interface PlayOptions {
  /** Ends it: no further step is taken, and its faults are switched off. */
  readonly signal?: AbortSignal | undefined
  /** Called with each step when it is taken. */
  readonly tell?: ((step: ScenarioStep) => void) | undefined
}

/**
 * Plays a scenario. Resolves once its last step is taken, or when the signal ends it; faults that have no end stay on
 * until then, and until the server stops.
 *
 * Rejects with {@link SimulatorError} where a step cannot be taken: it changes the world, and a recording is replayed.
 */
export const playScenario = (
  simulator: Simulator,
  { steps }: Scenario,
  { signal, tell }: PlayOptions = {},
): Promise<void> =>
  new Promise((resolve, reject) => {
    const faultsOn = new Set<() => void>()
    const byFrames: Array<{ readonly step: ScenarioStep; readonly frames: number }> = []
    let left = steps.length
    let frames = 0
    let stage: Stage | undefined
    let over = false

    const stopFaults = (): void => {
      for (const stop of faultsOn) stop()
      faultsOn.clear()
    }
    const end = (): void => {
      over = true
      stopClock()
      signal?.removeEventListener("abort", abort)
    }
    const abort = (): void => {
      if (over) return
      end()
      stopFaults()
      resolve()
    }
    const take = (step: ScenarioStep): void => {
      if (over) return
      try {
        tell?.(step)
        perform(step, stage!, faultsOn)
      } catch (error) {
        end()
        stopFaults()
        reject(error instanceof Error ? error : new SimulatorError("faults", `Cannot take step ${step.name}`, error))
        return
      }
      if (--left > 0) return
      end()
      resolve()
    }
    const begin = (host: FaultHost): void => {
      stage = { simulator, host, stopFaults }
      for (const step of steps) {
        if ("frames" in step.at) byFrames.push({ step, frames: step.at.frames })
        else host.later(step.at.millis, () => take(step))
      }
    }
    const stopClock = simulator.behave({
      name: "scenario",
      start: (_, host) => begin(host),
      frame: (_, frame) => {
        if (!isDataFrame(frame.kind)) return undefined
        frames++
        for (const due of byFrames.filter((one) => one.frames <= frames)) {
          byFrames.splice(byFrames.indexOf(due), 1)
          // After everything that is sent in this turn.
          queueMicrotask(() => take(due.step))
        }
        return undefined
      },
    })
    signal?.addEventListener("abort", abort)
    if (signal?.aborted === true) abort()
  })

const perform = (step: ScenarioStep, stage: Stage, faultsOn: Set<() => void>): void => {
  const { kind, name, given } = step
  // What it says was read before: `readScenario` gives nothing else.
  if (kind === "fault") {
    const { behavior } = faultNamed(name)!.make(given)
    faultsOn.add(stage.simulator.behave(behavior!))
  } else actions.find((one) => one.name === name)!.read(given).act!(stage)
}
