/** Names of teams, markets and sportsbooks in the form in which they are compared. */

const plain = /^[\x21-\x26\x28-\x5F\x61-\x7E']+(?: [\x21-\x26\x28-\x5F\x61-\x7E']+)*$/
const marks = /[\u00AD\u200B-\u200F\u2060\uFEFF]/g
const apostrophes = /[\u2018\u2019\u02BC\u0060\u00B4]/g
const dashes = /[\u2010-\u2015\u2212]/g

/**
 * A name as it is compared with others: in Unicode's NFKC form, white space folded and trimmed, without invisible marks,
 * with one kind of dash and apostrophe. Letters keep their case and their accents.
 *
 * Only for comparing. Identity is the text of the wire, and so is what records show.
 *
 * @example
 * ```ts
 * import { comparableName } from "@boltodds/protocol"
 *
 * comparableName("Atle\u0301tico\u00a0 Madrid ") === comparableName("Atl\u00e9tico Madrid") // true
 * ```
 */
export const comparableName = (name: string): string =>
  plain.test(name)
    ? name
    : name.replace(apostrophes, "'").normalize("NFKC").replace(marks, "").replace(dashes, "-").replace(/\s+/g, " ")
      .trim()
