/**
 * Every package's ways to break the rules that keep prices true, one at a time. Each must make a test fail:
 * `pnpm mutants` tries. A package keeps its own in `test/mutants.ts`; a test checks that each still finds its place.
 */
import { existsSync } from "node:fs"
import { libraries, root } from "./workspace.ts"

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

/** All of them, with the folder of the package that they break. */
export const allMutants = async (): Promise<ReadonlyArray<Mutant & { readonly folder: string }>> => {
  const all: Array<Mutant & { readonly folder: string }> = []
  for (const { folder } of libraries) {
    const path = `${root}/${folder}/test/mutants.ts`
    if (!existsSync(path)) continue
    const { mutants } = await import(path) as { readonly mutants: ReadonlyArray<Mutant> }
    all.push(...mutants.map((mutant) => ({ ...mutant, folder })))
  }
  return all
}
