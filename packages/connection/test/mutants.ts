/** Ways to break the rules of the connection. `pnpm mutants connection` tries them. */
import type { Mutant } from "../../../tools/allMutants.ts"

const connection = "packages/connection/src"
const connectionTests = [
  "packages/connection/test/session/Watch",
  "packages/connection/test/session/Session",
  "packages/connection/test/model",
]
const limiterTests = ["packages/connection/test/transport/Limiter", "packages/connection/test/node/machineLimiter"]

export const mutants: ReadonlyArray<Mutant> = [
  ...([
    {
      does: "time in which we did not read counts as silence",
      file: `${connection}/session/Watch.ts`,
      from: `const resumed = { ...withoutTime(watch, at - stoppedAt), stoppedAt: undefined, pings: [] }`,
      to: `const resumed = { ...withoutTime(watch, 0), stoppedAt: undefined, pings: [] }`,
    },
    {
      does: "what comes while an answer is overdue ends silence",
      file: `${connection}/session/Watch.ts`,
      from: `    if (behind === undefined && ping !== undefined && at - ping.at >= watch.limits.lag) {`,
      to: `    if (behind === null && ping !== undefined && at - ping.at >= watch.limits.lag) {`,
    },
    {
      does: "a pause never ends the connection",
      file: `${connection}/session/Watch.ts`,
      from: `end: at - stoppedAt >= limits.pause ? slowReader(at - stoppedAt) : undefined,`,
      to: `end: undefined,`,
    },
    {
      does: "what waited in a pause is up to date as soon as we read",
      file: `${connection}/session/Watch.ts`,
      from: `  if (watch.nextPing === undefined && !behind.reported) return verdict({ ...resumed, behind: undefined })`,
      to: `  if (watch.nextPing !== undefined) return verdict({ ...resumed, behind: undefined })`,
    },
  ].map((mutant) => ({ rule: "paused time", tests: connectionTests, ...mutant }))),

  ...([
    {
      does: "one request more is allowed",
      file: `${connection}/transport/RateWindow.ts`,
      from: `recent.length < allowed ? 0`,
      to: `recent.length <= allowed ? 0`,
    },
    {
      does: "the window is a second short",
      file: `${connection}/transport/RateWindow.ts`,
      from: `windowMillis: 60_000, total`,
      to: `windowMillis: 59_000, total`,
    },
    {
      does: "dials may take all of the allowance",
      file: `${connection}/transport/RateWindow.ts`,
      from: `    untilRoom(dials, limits.dials, now, limits.windowMillis),`,
      to: `    untilRoom(dials, limits.total, now, limits.windowMillis),`,
    },
    {
      does: "a slot that is still in use is taken",
      file: `packages/machine/src/slots.ts`,
      from: `used + windowMillis - now()
    if (rest`,
      to: `used + windowMillis / 2 - now()
    if (rest`,
    },
    {
      does: "two processes may take one slot",
      file: `packages/machine/src/slots.ts`,
      from: `await open(file, "wx", 0o600)`,
      to: `await open(file, "w", 0o600)`,
    },
  ].map((mutant) => ({ rule: "limiter", tests: limiterTests, ...mutant }))),
]
