/** What a pipeline is made of, kept where printing the pipeline does not show it: it holds secrets. */
import type { CheckedPipeline } from "../CheckedPipeline.ts"
import type { CheckedParts } from "./Checked.ts"
import type { Plain } from "./describe.ts"

/** The inside of a pipeline. */
export interface Inside {
  readonly parts: CheckedParts
  readonly plain: Plain
}

const insides = new WeakMap<CheckedPipeline, Inside>()

/** Keeps the inside of a pipeline. */
export const remember = (pipeline: CheckedPipeline, inside: Inside): void => void insides.set(pipeline, inside)

/** The inside of a pipeline. Throws for one that was not loaded here. */
export const insideOf = (pipeline: CheckedPipeline): Inside => {
  const inside = insides.get(pipeline)
  if (inside === undefined) throw new TypeError("Cannot look into this pipeline: it does not come from loadPipeline")
  return inside
}
