/** The emits, for routes of `@boltodds/pipeline`. */
export { best } from "./best/bestEmit.ts"
export { closing, type ClosingOptions } from "./closing/closingEmit.ts"
export { fair, type FairOptions, type ReferenceOptions } from "./fair/fairEmit.ts"
export { opportunities, type OpportunityOptions } from "./opportunities/opportunitiesEmit.ts"
