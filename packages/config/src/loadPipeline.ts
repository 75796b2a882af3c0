/** From the text of a configuration to a checked pipeline. */
import * as Effect from "effect/Effect"
import type { CheckedPipeline, RunSettings } from "./CheckedPipeline.ts"
import { PartCatalog } from "./internal/PartCatalog.ts"
import type { CheckedParts } from "./internal/Checked.ts"
import { Checker } from "./internal/Checker.ts"
import { checkOptions, shownIn, shownOf } from "./internal/checkOptions.ts"
import { checkLease } from "./internal/checkLease.ts"
import { checkSinks } from "./internal/checkSinks.ts"
import { checkSource, warnOfWholeFeed } from "./internal/checkSource.ts"
import { describePipeline, remember } from "./internal/describe.ts"
import { runSettingsOf, RunText } from "./internal/documentSchemas.ts"
import { loadPatterns } from "./internal/cel/patterns.ts"
import { Findings } from "./internal/Findings.ts"
import { variableText } from "./Manifest.ts"
import { hidden, oddSpans, remarkSpans } from "./internal/mayShow.ts"
import { loadPlugins, type Modules, type PluginUse } from "./internal/loadPlugins.ts"
import { booksOf, checkParts, checkSourceOf, openParts } from "./internal/openParts.ts"
import type { ReadText } from "./internal/readTree.ts"
import { optionsIn } from "./internal/readChoice.ts"
import { type Reserved, variablesBelow } from "./internal/variables.ts"
import { type PlacedFlaw, substitute } from "./internal/substitute.ts"
import { entryOf, scalarsOf, type Tree } from "./internal/Tree.ts"
import { treeOf } from "./internal/treeOf.ts"
import { type Host, nodeHost } from "./nodeHost.ts"
import type { Environment, Registry } from "./Plugin.ts"
import { ConfigErrors } from "./Problem.ts"

/** What a text is read with. */
export interface LoadOptions {
  /** The name of the file, for messages; its folder is where relative paths start. */
  readonly file: string
  /** What the document can name. */
  readonly registry: Registry
  /** Variables for `${NAME}` and `{ env: NAME }`. Default none. */
  readonly env?: Environment
  /** Variables that the parts get. Default: `env`. A program may keep what is for its configuration alone, such as a key. */
  readonly partsEnv?: Environment
  /**
   * Variables that only one part of the document may use, by the key at its top: `{ API_KEY: "source" }` keeps a key out of
   * everything else. Default: none.
   */
  readonly reserved?: Reserved
  /**
   * Whether the modules under `plugins` are loaded, which runs their code. `skip`: what is theirs is not checked, which is a
   * warning, and the pipeline cannot be opened. `refuse`: each is a mistake, with `refusal` as the reason and what to do.
   * Default `run`.
   */
  readonly plugins?: "run" | "skip" | "refuse"
  /** What to do about a plug-in that is refused. Default: remove it. */
  readonly refusal?: string
  /** How files and modules are reached. Default {@link nodeHost}. */
  readonly host?: Partial<Host>
}

/**
 * Reads a configuration, YAML or JSON, and checks all of it: nothing is opened, and the only things touched are plug-in
 * modules and the files of secrets.
 *
 * Fails with {@link ConfigErrors}, which holds every mistake at its place.
 *
 * @example
 * ```ts
 * import { builtinProcessors, loadPipeline, sinkPlugin, sourcePlugin } from "@boltodds/config"
 * import { sinkFromPromise } from "@boltodds/sink"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 * import * as Stream from "effect/Stream"
 *
 * const quiet = sourcePlugin({
 *   kind: "source",
 *   name: "quiet",
 *   config: Schema.Struct({}),
 *   make: () => Effect.succeed({ source: { name: "quiet", events: Stream.empty } }),
 * })
 * const nothing = sinkPlugin({
 *   kind: "sink",
 *   name: "nothing",
 *   config: Schema.Struct({}),
 *   make: () => Effect.succeed(sinkFromPromise({ write: async () => {} })),
 * })
 * const registry = { sources: [quiet], processors: builtinProcessors, sinks: [nothing] }
 * const text = "version: 1\nsource: quiet\nsinks: { hole: { nothing: {}, emit: chnages } }"
 *
 * const failed = await Effect.runPromise(Effect.flip(loadPipeline(text, { file: "pipeline.yaml", registry })))
 * console.log(failed.problems[0]?.remedy) // did you mean `changes`?
 * ```
 */
export const loadPipeline = (text: string, options: LoadOptions): Effect.Effect<CheckedPipeline, ConfigErrors> =>
  Effect.flatMap(
    // The reader of YAML takes longer to load than all the rest; a document that is a value does not need it.
    Effect.promise(() => import("./internal/readTree.ts")),
    ({ readTree }) => checkText(text, readTree(text), options),
  )

/**
 * The same for a document that is a value already. The places of mistakes are those in its JSON, two spaces deep.
 */
export const makePipeline = (document: unknown, options: LoadOptions): Effect.Effect<CheckedPipeline, ConfigErrors> =>
  Effect.suspend(() => {
    const text = JSON.stringify(document, undefined, 2)
    const again = loadPipeline(text, options)
    return checkText(text, { tree: treeOf(document), flaws: [], comments: [] }, options).pipe(
      Effect.flatMap((pipeline) => pipeline.warnings.length === 0 ? Effect.succeed(pipeline) : again),
      Effect.catch(() => again),
    )
  })

const checkText = (
  text: string,
  read: ReadText,
  options: LoadOptions,
): Effect.Effect<CheckedPipeline, ConfigErrors> =>
  Effect.gen(function* () {
    const { file, registry, env = {}, partsEnv = env, reserved = {} } = options
    const host: Host = { ...nodeHost, ...options.host }
    const folder = host.folderOf(file)
    const findings = new Findings(text)
    const failure = Effect.suspend(() => Effect.fail(new ConfigErrors(file, findings.errors)))

    for (const comment of read.comments) findings.hide(comment)
    for (const flaw of read.flaws) findings.errorIn([], flaw, flaw)
    if (read.tree === undefined) {
      findings.hideUnread()
      return yield* failure
    }
    const flaws: Array<PlacedFlaw> = []
    const tree = substitute(text, read.tree, env, flaws, reserved)
    for (const flaw of flaws) findings.errorIn(flaw.path, flaw, flaw)
    for (const span of [...oddSpans(tree), ...remarkSpans(text, tree)]) findings.hide(span)
    // From here on nothing more is said about what is broken already.
    findings.tree = tree

    if (tree._tag !== "Mapping") {
      // Nothing says what its values are for.
      findings.hide(tree)
      findings.error([], {
        message: `Cannot make a pipeline: expected a mapping; got ${tree._tag === "List" ? "a list" : hidden}`,
        remedy: "begin with `version: 1`, `source` and `sinks`",
      })
      return yield* failure
    }
    if (!checkVersion(tree, findings)) {
      findings.hideUnread()
      return yield* failure
    }
    yield* loadPatterns(tree)

    const catalog = new PartCatalog(registry)
    const readFile = (path: string) =>
      Effect.tryPromise({ try: async () => host.readFile(path, folder), catch: (cause) => cause })
    const exposureOf = (path: string) => host.secretExposure?.(path, folder)
    const modules: Modules = {
      load: (specifier) =>
        Effect.tryPromise({ try: async () => host.importModule(specifier, folder), catch: (cause) => cause }),
      beside: (wanted, specifier) =>
        Effect.tryPromise({ try: async () => host.importBeside(wanted, specifier, folder), catch: (cause) => cause }),
    }
    const checker = new Checker(text, tree, catalog, findings, { env, reserved, readFile, exposureOf }, {
      folder,
      env: partsEnv,
    })
    const known = ["version", "plugins", "source", "lease", "sinks", "run"]
    const named = { ...tree, entries: tree.entries.filter(({ key }) => !key.startsWith("x-")) }
    checker.unknownKeys(named, [], known, "a configuration")
    const pluginsNode = entryOf(tree, "plugins")?.node
    yield* loadPlugins(pluginsNode, catalog, modules, findings, pluginUse(options))
    const source = yield* checkSource(entryOf(tree, "source")?.node, checker)
    const lease = yield* checkLease(tree, checker)
    const sinks = yield* checkSinks(entryOf(tree, "sinks")?.node, source?.plugin, checker)
    const run = yield* checkRun(entryOf(tree, "run")?.node, checker)
    if (run?.resume !== undefined && source?.plugin.gives === "records") {
      findings.error(["run", "resume"], {
        message: `Cannot resume with \`source: ${source.plugin.name}\`: it begins with a book of its own`,
        remedy: "remove it: each start sends the whole book",
      }, "key")
    }
    if (findings.hasErrors || source === undefined || run === undefined) return yield* failure

    warnOfWholeFeed(source, sinks, checker)
    noteDocument(tree, pluginsNode, run, checker)
    const plugins = pluginsNode === undefined ? undefined : shownOf(pluginsNode)
    return checkedPipeline(
      file,
      { source, lease, sinks },
      run,
      plugins,
      { folder, env: partsEnv },
      findings,
      checker.manifest.entries,
    )
  })

/** What is touched by the document as a whole: modules, variables, the recording that it goes on from. */
const noteDocument = (tree: Tree, plugins: Tree | undefined, run: RunSettings, { manifest }: Checker): void => {
  for (const module of plugins === undefined ? [] : scalarsOf(plugins)) {
    manifest.add({ kind: "runs", what: String(module.written) })
  }
  const names = new Set(variablesBelow(tree).map(({ name }) => name))
  for (const name of names) manifest.add({ kind: "reads", what: variableText(name) })
  if (run.resume !== undefined) manifest.add({ kind: "reads", what: run.resume })
}

const pluginUse = ({ plugins = "run", refusal = "remove it" }: LoadOptions): PluginUse => ({
  how: plugins,
  why: plugins === "refuse" ? ": its code would run with your rights, and only a file names it" : "",
  remedy: plugins === "refuse" ? refusal : "check it without this option to load its code, which runs",
})

const checkedPipeline = (
  file: string,
  parts: CheckedParts,
  run: RunSettings,
  plugins: unknown,
  surroundings: { readonly folder: string; readonly env: Environment },
  findings: Findings,
  manifest: CheckedPipeline["manifest"],
): CheckedPipeline => {
  const pipeline: CheckedPipeline = {
    file,
    source: parts.source.plugin.name,
    sinks: parts.sinks.map(({ name, sink, emit, required, fallback, isStandby }) => ({
      name,
      type: sink.plugin.name,
      emit: emit.plugin.name,
      needs: emit.made.needs,
      isBook: emit.made.isBook === true,
      required,
      ...fallback === undefined ? {} : { fallback },
      isStandby,
    })),
    ...parts.lease === undefined ? {} : { lease: parts.lease.plugin.name },
    run,
    warnings: findings.warnings,
    manifest,
    resolved: describePipeline(parts, run, plugins, "shown"),
    hasPlugins: plugins !== undefined,
    open: (context) => openParts(parts, surroundings, context),
    books: (context) => booksOf(parts, surroundings, context),
    checkSource: (context) => checkSourceOf(parts, surroundings, context),
    check: (context) => checkParts(parts, surroundings, context),
  }
  remember(pipeline, { parts, plain: describePipeline(parts, run, plugins, "plain") })
  return pipeline
}

const knownVersion = 1

const checkVersion = (tree: Tree, findings: Findings): boolean => {
  const node = entryOf(tree, "version")?.node
  if (node?._tag === "Scalar" && node.value === knownVersion) return true
  if (node === undefined) {
    const remedy = `begin with \`version: ${knownVersion}\``
    findings.error([], { message: "Cannot make a pipeline: `version` is missing", remedy })
    return false
  }
  findings.error(["version"], {
    message: `Cannot read version ${shownIn(node, findings) ?? hidden}: this program knows version ${knownVersion}`,
    remedy: `write \`version: ${knownVersion}\`, or update the program`,
  })
  return false
}

const checkRun = (node: Tree | undefined, checker: Checker): Effect.Effect<RunSettings | undefined> => {
  const options = node === undefined ? undefined : optionsIn(node)
  const check = { path: ["run"], of: "`run`", schema: RunText, node: options }
  return Effect.map(
    checkOptions(check, checker.findings, checker.places),
    (checked) => checked === undefined ? undefined : runSettingsOf(checked.value),
  )
}
