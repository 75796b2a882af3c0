export type * from "./Options.ts"
export type * from "./Step.ts"
