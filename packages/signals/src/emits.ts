/** The emits, for routes of `@boltodds/pipeline`. */
export { best } from "./best/bestEmit.ts"
