/** A span in milliseconds or seconds: `12 ms`, `1.3 s`. */
export const millisText = (millis: number): string =>
  Math.abs(millis) < 1000 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(1)} s`
