/** The middle one of some numbers; of an even count, the upper one of the two in the middle. */
export const median = (values: ReadonlyArray<number>): number => [...values].sort((a, b) => a - b)[values.length >> 1]!
