/** Lengths of time, or of a stream. */

/** So many milliseconds, or so many data frames of a connection. */
export type FaultSpan = { readonly millis: number } | { readonly frames: number }
