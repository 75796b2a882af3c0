/** Reads what another process serves. Runs in browsers, too. */
export * from "./ServeDial.ts"
export * from "./ServeError.ts"
export { type AddressProblem, addressProblem, type ServeFilter, type ServeReaderOptions } from "./ServeReaderOptions.ts"
export * from "./serveRecords.ts"
export { webDial } from "./webDial.ts"
