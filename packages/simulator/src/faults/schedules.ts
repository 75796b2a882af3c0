/** Parameters that many faults have in common, and how they become a schedule. */
import type { Behavior } from "./Behavior.ts"
import { choice, count, type FaultSpan, fraction, frames, span, timeSpan } from "./Parameter.ts"
import { scheduled, type When } from "./scheduled.ts"

/** Only what was given: an option that is undefined is not one that is left out. */
export const given = <T extends object>(
  values: { readonly [K in keyof T]: T[K] | undefined },
): { readonly [K in keyof T]?: T[K] } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: T[K] }

/** When something happens that is over at once. */
export const moments = {
  after: span("when it first happens", "one every"),
  every: span("from one time to the next", "once; with --faults and neither: 30s"),
  times: count("how many times", "1 without every, otherwise unlimited"),
}

/** When something goes on for a while. */
export const windows = {
  after: span("when it begins", "at once, or one every"),
  for: span("how long it lasts", "for good"),
  every: span("from one beginning to the next; needs for", "it begins once"),
  times: count("how many times it begins", "1 without every, otherwise unlimited"),
}

/** When a fault begins and ends that has its own measure of frequency. */
export const stretch = {
  after: span("when it begins", "at once"),
  for: span("how long it lasts", "for good"),
}

/** The same for faults that occur before there are frames to count. */
export const timeStretch = {
  after: timeSpan("when it begins", "at once"),
  for: timeSpan("how long it lasts", "for good"),
}

/** Which frames are hit. */
export const hits = {
  share: fraction("the probability for each data frame", "0.05 where every is left out"),
  every: frames("every so manieth data frame of a connection", "share decides"),
  times: count("how many frames altogether", "unlimited"),
  ...stretch,
}

/** What follows when something was lost. */
export const mending = {
  mend: choice(
    ["resend", "cut", "none"],
    "what repairs the loss: sending the games again, a cut, or nothing",
    "resend",
  ),
  within: span("how long that takes", "1s"),
}

/** A behavior that lasts: with `every` it needs `for`. */
export const windowed = (inner: Behavior, values: { readonly [K in keyof When]?: When[K] }): Behavior => {
  if (values.every !== undefined && values.for === undefined) throw new RangeError("every needs for")
  return scheduled(inner, values)
}

/** A behavior that is on between `after` and `for`. */
export const within = (
  inner: Behavior,
  { after, for: lasting }: { readonly after?: FaultSpan; readonly for?: FaultSpan },
): Behavior =>
  after === undefined && lasting === undefined
    ? inner
    : scheduled(inner, given<When>({ after, for: lasting, every: undefined, times: undefined }))

/** The schedule in the values of a fault. */
export const whenOf = ({ after, every, for: lasting, times }: { readonly [K in keyof When]?: When[K] }): When =>
  given<When>({ after, every, for: lasting, times })
