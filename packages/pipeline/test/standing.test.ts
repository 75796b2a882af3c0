import { describe, expect, it } from "@effect/vitest"
import { isMissingRecords, type RouteReport } from "@boltodds/pipeline"

const counts = {
  in: 10,
  restored: 0,
  delivered: 10,
  coalesced: 0,
  replaced: 0,
  dropped: 0,
  expired: 0,
  deadLettered: 0,
  pending: 0,
  pendingBytes: 0,
  deliveredBytes: 0,
  batches: 1,
  retries: 0,
  resnapshots: 0,
  gameResnapshots: 0,
}
const route = (fields: Partial<RouteReport>): RouteReport => ({
  name: "a",
  emit: "changes",
  required: true,
  state: "open",
  counts,
  isLossy: false,
  losses: {},
  isKept: false,
  ...fields,
})

describe("whether a reader lacks something at the end", () => {
  const cases: ReadonlyArray<readonly [string, Partial<RouteReport>, boolean]> = [
    ["everything was delivered", {}, false],
    ["records wait", { counts: { ...counts, pending: 1 } }, true],
    ["records expired", { isLossy: true, counts: { ...counts, expired: 9 }, losses: { expired: 9 } }, true],
    ["records expired, and a resnapshot followed", { counts: { ...counts, expired: 9, resnapshots: 1 } }, false],
    ["an older resnapshot was replaced", { counts: { ...counts, replaced: 900, resnapshots: 1 } }, false],
    ["its reader has gone", { state: "ended", isLossy: true, counts: { ...counts, dropped: 9 } }, false],
    ["it was disabled", { state: "disabled", isLossy: true, counts: { ...counts, dropped: 9 } }, true],
  ]
  for (const [what, fields, missing] of cases) {
    it(`says ${missing ? "yes" : "no"} where ${what}`, () => expect(isMissingRecords(route(fields))).toBe(missing))
  }
})
