/** Functions that give the types of plug-ins, and change nothing. */
import type { PlainEmitPlugin, PlainProcessorPlugin, PlainSinkPlugin, PlainSourcePlugin } from "@boltodds/config"

/**
 * A destination of your own: for a module that a configuration names, or for `plugins` of `runPipeline`.
 *
 * @example
 * ```ts
 * import { defineSink } from "boltodds"
 *
 * export default defineSink({
 *   kind: "sink",
 *   name: "shout",
 *   make: (_, { log }) => ({
 *     write: ({ envelopes }) => envelopes.forEach(({ text }) => log("info", text.toUpperCase())),
 *   }),
 * })
 * ```
 */
export const defineSink = <Options = unknown>(plugin: PlainSinkPlugin<Options>): PlainSinkPlugin<Options> => plugin

/** A source of your own, see `defineSink`: most often an async generator. */
export const defineSource = <Options = unknown>(plugin: PlainSourcePlugin<Options>): PlainSourcePlugin<Options> =>
  plugin

/** A processor of your own, see `defineSink`: made of `filter`, `map`, `where`, or an object with four functions. */
export const defineProcessor = <Options = unknown>(
  plugin: PlainProcessorPlugin<Options>,
): PlainProcessorPlugin<Options> => plugin

/** A form of records of your own, see `defineSink`. */
export const defineEmit = <Options = unknown>(plugin: PlainEmitPlugin<Options>): PlainEmitPlugin<Options> => plugin
