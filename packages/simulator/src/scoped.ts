/** The simulator for programs on Effect. */
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { RestartOptions, SimulatorOptions } from "./Options.ts"
import { startSimulator } from "./startSimulator.ts"
import type { FloodOptions, FloodResult, Simulator, SimulatorControls, SimulatorStats } from "./Simulator.ts"
import { SimulatorError } from "./SimulatorError.ts"

/** A running simulator, with effects for what takes time. It stops when its scope closes. */
export interface ScopedSimulator extends SimulatorControls {
  /** See `Simulator.drained`. */
  readonly drained: Effect.Effect<void>
  /** See `Simulator.waitFor`. */
  readonly waitFor: (condition: (stats: SimulatorStats) => boolean) => Effect.Effect<SimulatorStats>
  /** See `Simulator.flood`. */
  readonly flood: (frames: ReadonlyArray<string | Uint8Array>, options?: FloodOptions) => Effect.Effect<FloodResult>
  /** See `Simulator.restart`. */
  readonly restart: (options?: RestartOptions) => Effect.Effect<void>
}

/** Starts a simulator that stops with the scope. */
export const makeSimulator = (
  options: SimulatorOptions = {},
): Effect.Effect<ScopedSimulator, SimulatorError, Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () => startSimulator(options),
      catch: (error) =>
        error instanceof SimulatorError ? error : new SimulatorError("options", "Cannot start the simulator", error),
    }),
    (simulator) => Effect.promise(() => simulator.stop()),
  ).pipe(Effect.map(toScoped))

const toScoped = ({ drained, waitFor, flood, restart, stop: _, ...controls }: Simulator): ScopedSimulator => ({
  ...controls,
  drained: Effect.promise(() => drained()),
  waitFor: (condition) => Effect.promise(() => waitFor(condition)),
  flood: (frames, options) => Effect.promise(() => flood(frames, options)),
  restart: (options) => Effect.promise(() => restart(options)),
})
