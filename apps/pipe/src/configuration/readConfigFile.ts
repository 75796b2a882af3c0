/** The bytes of a configuration or scenario: a file, a pipe such as `<(generate)`, or a clear reason why not. */
import { NamedFileError, readNamed } from "@boltodds/machine"
import { BadConfiguration } from "../process/ExitCode.ts"

/** More than any configuration has: 8 MiB. */
export const mostBytes = 8 * 1024 * 1024

/** Reads a configuration file, or another `kind` of file that a person wrote. Throws {@link BadConfiguration}. */
export const readConfigFile = async (path: string, kind = "configuration"): Promise<Uint8Array> => {
  try {
    return (await readNamed(path, { maxBytes: mostBytes })).bytes
  } catch (cause) {
    if (!(cause instanceof NamedFileError)) throw cause
    throw new BadConfiguration(`Cannot read the ${kind} ${path}: ${cause.message}`, { cause })
  }
}
