/** The environment of this command, with the key kept apart from `process.env`. */

/** The variable that holds the key. */
export const keyVariable = "BOLTODDS_API_KEY"

/** The variable that holds the address of the feed, if neither a flag nor a file does. */
export const urlVariable = "BOLTODDS_URL"

/** What to do without a key. */
export const howToGiveAKey: string =
  `Put it in the environment (export BOLTODDS_API_KEY=…) or in a file (--key-file PATH).
To try without a key: boltodds-pipe demo`

let key: string | undefined

/**
 * Takes the key out of `process.env`: plug-ins, reports and other processes do not need it. It stays in
 * `/proc/PID/environ`, which the user and root can read.
 */
export const takeKey = (): void => {
  try {
    key = process.env[keyVariable]
    delete process.env[keyVariable]
  } catch {
    // Deno without --allow-env: the first part that needs a variable fails with an error.
  }
}

/** All variables, with the key. For the configuration's own text and the feed, not for plug-ins. */
export const environment = (): Readonly<Record<string, string | undefined>> =>
  key === undefined ? process.env : { ...process.env, [keyVariable]: key }
