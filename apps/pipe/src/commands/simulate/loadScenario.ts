/** Scenarios from files. */
import { type PlayOptions, playScenario, readScenario, type Simulator } from "@boltodds/simulator"
import { extname, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { BadConfiguration } from "../../process/ExitCode.ts"
import { readConfigFile } from "../../configuration/readConfigFile.ts"

/** A scenario that can be played. */
export interface LoadedScenario {
  readonly file: string
  /** In a line; undefined where the file does not say. */
  readonly about: string | undefined
  readonly play: (simulator: Simulator, options: PlayOptions) => Promise<void>
}

const dataEndings: ReadonlyArray<string> = [".yaml", ".yml", ".json"]
const moduleEndings: ReadonlyArray<string> = [".ts", ".mts", ".js", ".mjs"]

/**
 * Reads a scenario: YAML or JSON, or a module whose default export is the same data, or a function that is handed the
 * simulator. Rejects with {@link BadConfiguration}, which says all that is wrong, with line and column.
 */
export const loadScenario = async (file: string): Promise<LoadedScenario> => {
  const ending = extname(file)
  if (dataEndings.includes(ending)) return loadData(file)
  if (moduleEndings.includes(ending)) return loadModule(file)
  const endings = [...dataEndings, ...moduleEndings].join(" ")
  throw new BadConfiguration(`Cannot read the scenario ${file}: its name must end with one of ${endings}`)
}

const loadData = async (file: string): Promise<LoadedScenario> => {
  const text = new TextDecoder().decode(await readConfigFile(file, "scenario"))
  // Only who plays a scenario pays for the parser.
  const { isMap, isNode, isScalar, LineCounter, parseDocument } = await import("yaml")
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  if (document.errors.length > 0) {
    throw wrong(document.errors.map(({ message, pos }) => `${at(pos[0])}: ${message.split("\n")[0]}`))
  }
  /** Where a field's name stands, or the nearest there is around it. */
  const offsetOf = (path: ReadonlyArray<string | number>): number => {
    const around = path.length === 0 ? document.contents : document.getIn(path.slice(0, -1), true)
    if (isMap(around)) {
      const pair = around.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
      if (isScalar(pair?.key)) return pair.key.range?.[0] ?? 0
    }
    const node = document.getIn(path, true)
    if (isNode(node)) return node.range?.[0] ?? 0
    return path.length === 0 ? 0 : offsetOf(path.slice(0, -1))
  }
  const { scenario, problems } = readScenario(document.toJS())
  if (problems !== undefined) throw wrong(problems.map(({ path, message }) => `${at(offsetOf(path))}: ${message}`))
  return { file, about: scenario.about, play: (simulator, options) => playScenario(simulator, scenario, options) }
}

const loadModule = async (file: string): Promise<LoadedScenario> => {
  const module = await import(pathToFileURL(resolve(file)).href).catch((cause: unknown) => {
    throw cannotRead(file, cause)
  }) as { readonly default?: unknown }
  const given = module.default
  if (typeof given === "function") {
    // What a user's own function is handed cannot be checked; what it does is theirs.
    const play = given as (simulator: Simulator, options: PlayOptions) => unknown
    return { file, about: undefined, play: async (simulator, options) => void await play(simulator, options) }
  }
  if (given === undefined) throw wrong([`${file}: it has no default export: a scenario, or a function`])
  const { scenario, problems } = readScenario(given)
  if (problems !== undefined) {
    throw wrong(problems.map(({ path, message }) => `${file}: ${[...path, message].join(": ")}`))
  }
  return { file, about: scenario.about, play: (simulator, options) => playScenario(simulator, scenario, options) }
}

const cannotRead = (file: string, cause: unknown): BadConfiguration =>
  new BadConfiguration(
    `Cannot read the scenario ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  )

const wrong = (lines: ReadonlyArray<string>): BadConfiguration =>
  new BadConfiguration(`Cannot play the scenario:\n${lines.map((line) => `  ${line}`).join("\n")}`)
