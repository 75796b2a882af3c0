/** The emits of the toolkit, by their names. */
import { builtinEmits, type EmitPlugin } from "@boltodds/config"

/** The emit of this name. */
export const emitNamed = (name: string): EmitPlugin => builtinEmits.find((emit) => emit.name === name)!
