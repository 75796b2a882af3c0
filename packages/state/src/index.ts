export { Draft } from "./Draft.ts"
export type { StateOptions } from "./Options.ts"
export * from "./Queries.ts"
export * from "./Snapshot.ts"
export {
  type ActionCount,
  apply,
  counts,
  make,
  makeSync,
  type State,
  type StateCounts,
  stop,
  type Sync,
  thaw,
  track,
  unknownActions,
} from "./State.ts"
export type * from "./Step.ts"
