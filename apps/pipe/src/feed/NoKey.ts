/** There is no key to be had. */

/** What to do without a key. */
export const howToGiveAKey: string =
  `Put it in the environment (export BOLTODDS_API_KEY=…) or in a file (--key-file PATH).
To try without a key: boltodds-pipe demo`

/** The key is not where it was looked for; the message says where, and what to do. */
export class NoKey extends Error {
  readonly _tag = "NoKey"

  constructor(reason: string) {
    super(`${reason}\n${howToGiveAKey}`)
    this.name = "NoKey"
  }
}
