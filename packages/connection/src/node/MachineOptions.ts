/** What the parts that share files among the processes of a machine have in common. */
import * as Redacted from "effect/Redacted"
import { createHash } from "node:crypto"
import type { KeyAtHost } from "../key/Key.ts"

/** Options of the parts that share files. */
export interface MachineOptions {
  /** The folder of the files. @default {@link stateFolder} */
  readonly folder?: string | undefined
  /** Called once if the files cannot be used. The part then works for this process alone. */
  readonly onProblem?: ((message: string) => void) | undefined
}

/** Reports the first problem only. */
export const reportOnce = ({ onProblem }: Pick<MachineOptions, "onProblem">): (message: string) => void => {
  let isReported = false
  return (message) => {
    if (!isReported) onProblem?.(message)
    isReported = true
  }
}

/** The name of files that belong to a key: 16 hexadecimal digits of a hash over host and key. It reveals neither. */
export const keyName = ({ host, key }: KeyAtHost): string =>
  createHash("sha256").update(`boltodds\n${host}\n${Redacted.value(key)}`).digest("hex").slice(0, 16)
