/** How one consumer reads a shared source. */

/** Options of one consumer. */
export interface ConsumerOptions {
  /** @default "unnamed" Its name in `ConsumerCutOff`. */
  readonly name?: string | undefined
  /**
   * When it holds up the others. `cut`: it is cut off, with `ConsumerCutOff` · `pause`: the source waits for it, and so
   * do all.
   *
   * @default "cut"
   */
  readonly slow?: "cut" | "pause" | undefined
  /** @default 8_388_608 How much may wait for it before the source waits, in bytes; a turn more at most. */
  readonly bufferBytes?: number | undefined
  /**
   * How long the others may be kept waiting for it in all, before it has caught up with them, in milliseconds. Only the
   * time counts in which one of them has nothing to do: consumers that are all slow just slow down the source.
   *
   * @default 1000
   */
  readonly patienceMillis?: number | undefined
}
