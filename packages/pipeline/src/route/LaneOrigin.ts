/** The identity of what a lane says by itself. */

/**
 * The origin of the records that one opening of a lane makes: `dropped` controls, and the book sent again. Their `part` is
 * counted over the whole life of the opening, so that no two of them are one, also where they have one `seq`.
 */
export class LaneOrigin {
  /**
   * Of a lane in memory the name and its number among the openings of that name in this run: a reload may open it again.
   * Of one with a store on disk the store's term, which other processes count too: `hook.1`, `hook.term3`.
   */
  readonly name: string
  /** The first part that no record has yet. */
  next = 1

  constructor(lane: string, opening: number, term: number | undefined) {
    this.name = term === undefined ? `${lane}.${opening}` : `${lane}.term${term}`
  }

  /** Takes so many parts, which no other record will have; gives the first. */
  take(count: number): number {
    const first = this.next
    this.next += count
    return first
  }
}
