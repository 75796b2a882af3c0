/** Where warnings go that nobody takes elsewhere. */

/** Writes a warning to the console. */
export const toConsole = (message: string): void => {
  // oxlint-disable-next-line no-console -- a failure to connect must be visible where nobody has asked for a log
  console.warn(`boltodds: ${message}`)
}
