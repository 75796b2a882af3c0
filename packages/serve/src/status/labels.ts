/** Names of a feed as labels: few, short and the same from scrape to scrape, whatever the feed invents. */
import { createHash } from "node:crypto"

/** The label of all names beyond the bound. */
export const otherLabel = "_other"

/** A name that is longer is cut; its hash keeps it apart from others with the same beginning. */
const longest = 80

/** Gives names their labels. The first names get labels of their own, for as long as the process lives. */
export class LabelBound {
  readonly #most: number
  readonly #labels = new Map<string, string>()

  constructor(most: number) {
    this.#most = most
  }

  /** The label of a name; {@link otherLabel} beyond the bound. */
  of(name: string): string {
    const known = this.#labels.get(name)
    if (known !== undefined) return known
    if (this.#labels.size >= this.#most) return otherLabel
    const label = labelOf(name)
    this.#labels.set(name, label)
    return label
  }
}

/** What is not printed, and halves of pairs, would be other bytes in every tool. */
const labelOf = (name: string): string => {
  const clean = name.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?")
  if (clean === name && name.length <= longest && name !== otherLabel) return name
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8)
  return `${clean.slice(0, longest).toWellFormed()}~${hash}`
}
