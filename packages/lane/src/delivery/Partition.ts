/** What may be delivered side by side. */

/** How many deliveries go on side by side, and what a record is about: those with one key stay in order. */
export interface Partition<in A> {
  readonly over: number
  readonly key: (value: A) => string
}
