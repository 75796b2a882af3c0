/** One way to break a rule that keeps prices true. */
export interface Mutant {
  /** The rule that it breaks. */
  readonly rule: string
  /** What the broken code does. */
  readonly does: string
  readonly file: string
  /** The text that is replaced. It must be in the file once. */
  readonly from: string
  readonly to: string
  /** The tests of which one must fail. */
  readonly tests: ReadonlyArray<string>
}
