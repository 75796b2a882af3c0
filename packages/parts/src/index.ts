export type * from "./PartsHost.ts"
export * from "./registry.ts"
export { limitNames, type LimitOptions } from "./options/sourceOptions.ts"
