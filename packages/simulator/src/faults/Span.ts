/** Lengths of time, or of a stream. */
import type { FrameKind } from "./Behavior.ts"

/** So many milliseconds, or so many data frames of a connection. */
export type FaultSpan = { readonly millis: number } | { readonly frames: number }

/** Whether frames of this kind count: what carries odds, and what a test pushed. */
export const isDataFrame = (kind: FrameKind): boolean => kind === "snapshot" || kind === "stream" || kind === "pushed"
