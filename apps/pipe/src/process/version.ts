/** The version of this program. */
import manifest from "../../package.json" with { type: "json" }

/** As package.json has it when the bundle is made: the bundle is one file, and works wherever it is put. */
export const version = (): string => manifest.version
