/**
 * Set-up of the unit tests: each test draws the same numbers every time, the jitter of back-offs among them. A test whose
 * outcome hangs on what is drawn fails always or never; what random inputs find is for tests that have a seed of their own.
 */
import { beforeEach } from "vitest"

let state = 1

/** Mulberry32. */
Math.random = () => {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
}

beforeEach(() => {
  state = 1
})
