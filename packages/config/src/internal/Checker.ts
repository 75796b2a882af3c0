/** What all checks of one document share. */
import * as Effect from "effect/Effect"
import { fieldsOf } from "./cel/fields.ts"
import { expressions, loadExpressions } from "./cel/load.ts"
import type { PartCatalog } from "./PartCatalog.ts"
import type { Configured } from "./Checked.ts"
import { type CheckedOptions, checkOptions, hideKey } from "./checkOptions.ts"
import { ownDecode } from "./decodeOptions.ts"
import { ManifestLines, type Touch, variableText } from "../Manifest.ts"
import type {
  Claim,
  EmitPlugin,
  Environment,
  OptionProblem,
  OptionsPlace,
  PluginBase,
  WrittenOptions,
} from "../Plugin.ts"
import { ResourceClaims } from "./ResourceClaims.ts"
import { type Findings, suggestName } from "./Findings.ts"
import { hideWhatMayBeSecret } from "./secretNodes.ts"
import { nearestNames } from "@boltodds/text"
import { hidden, looksSecret, nameText, pathText } from "./mayShow.ts"
import type { Choice } from "./readChoice.ts"
import type { PartKind } from "./schemaParts.ts"
import { type SecretPlaces, valueAt } from "./secrets.ts"
import { type PlacedVariable, variablesBelow } from "./variables.ts"
import { sourceOffsets } from "./sourceOffsets.ts"
import { type Mapping, nodeAt, type Path, type Tree, valueOf } from "./Tree.ts"
import { isUnread } from "./unread.ts"

/** Where a document was read. */
export interface Surroundings {
  readonly folder: string
  readonly env: Environment
}

/** Keys below which there are no secrets: what is near one of them may be shown. */
const harmless = new Set(["emit", "where", "control", "meta", "required", "fallback", "version", "run"])

/** A file that was read is one: its name is no secret. */
const fileText = (name: string): string => name.includes("://") ? hidden : name

const isHarmless = (meant: string | undefined): boolean => meant !== undefined && harmless.has(meant)

const sentText = ({ path, name }: PlacedVariable): string => `${pathText(path)} from ${name}`

/** One document under examination. */
export class Checker {
  readonly text: string
  readonly tree: Tree
  readonly catalog: PartCatalog
  readonly findings: Findings
  readonly places: SecretPlaces
  readonly #surroundings: Surroundings
  readonly manifest = new ManifestLines()
  readonly #claims: ResourceClaims

  constructor(
    text: string,
    tree: Tree,
    catalog: PartCatalog,
    findings: Findings,
    places: SecretPlaces,
    surroundings: Surroundings,
  ) {
    this.text = text
    this.tree = tree
    this.catalog = catalog
    this.findings = findings
    this.places = places
    this.#surroundings = surroundings
    this.#claims = new ResourceClaims(findings)
  }

  /** Reports keys that nobody knows. */
  unknownKeys(mapping: Mapping, path: Path, known: Iterable<string>, of: string): void {
    const names = new Set(known)
    for (const entry of mapping.entries) {
      const { key, node } = entry
      if (names.has(key)) continue
      hideWhatMayBeSecret(key, node, this.findings, isHarmless(nearestNames(key, names)[0]))
      hideKey(entry, this.findings)
      this.findings.error([...path, key], {
        message: `Cannot use \`${nameText(key)}\`: ${of} has no such key`,
        remedy: suggestName(key, names, "its keys"),
      }, "key")
    }
  }

  /** The options of a plug-in, with its expressions checked against an emit where one is given. */
  configured<P extends PluginBase<unknown>>(
    { plugin, options, path }: Choice<P>,
    what: string,
    { name, emit }: { readonly name: string; readonly emit: EmitPlugin | undefined },
  ): Effect.Effect<Configured<P> | undefined> {
    if (isUnread(plugin)) {
      // Any of its options may be a secret.
      if (options !== undefined) this.findings.hide(options)
      const value = options === undefined ? {} : valueOf(options)
      return Effect.succeed({ plugin, options: { value, shown: hidden, plain: value, expressions: [], origins: [] } })
    }
    const { parsers } = this.catalog
    const decode = parsers.has(plugin) ? parsers.get(plugin) : ownDecode
    // Its module is reported to be of no use already.
    if (decode === undefined) return Effect.undefined
    const place: OptionsPlace = { ...this.#surroundings, name, emit: emit?.name }
    const check = {
      path,
      of: `${what} \`${plugin.name}\``,
      schema: plugin.config,
      decode,
      node: options,
      problems: plugin.problems === undefined
        ? undefined
        : (written: WrittenOptions): ReadonlyArray<OptionProblem> => plugin.problems!(written, place),
    }
    const checkedOptions = Effect.tap(
      checkOptions(check, this.findings, this.places),
      (checked) => (checked?.expressions.length ?? 0) === 0 ? Effect.void : loadExpressions,
    )
    return Effect.map(checkedOptions, (checked) => {
      if (checked === undefined) return undefined
      if (emit !== undefined) {
        for (const { path, text, kind } of checked.expressions) this.expression(path, text, kind, emit)
      }
      for (const warning of plugin.warnings?.(checked.value, place) ?? []) {
        this.findings.warn([...path, ...warning.path], warning, warning.part)
      }
      const claims = plugin.claims?.(checked.value, place) ?? []
      this.#claims.add(name, path, claims)
      const touches = plugin.touches?.(checked.value, place) ?? []
      this.#note(what === "source" ? "source" : name, touches, claims, checked, options)
      return { plugin, options: checked }
    })
  }

  /** Enters what a part touches into the manifest, by what it says and where its options come from. */
  #note(
    part: string,
    touches: ReadonlyArray<Touch>,
    claims: ReadonlyArray<Claim>,
    { origins, shown }: Pick<CheckedOptions<unknown>, "origins" | "shown">,
    options: Tree | undefined,
  ): void {
    const secrets = origins.filter(({ isSecret }) => isSecret).map(({ path, from, name }) =>
      `${pathText(path)} ${
        from === "itself" ? "from this file" : `from ${from === "file" ? fileText(name) : nameText(name)}`
      }`
    )
    const isSecret = (path: Path): boolean =>
      origins.some((origin) => origin.isSecret && origin.path.every((key, index) => key === path[index]))
    const variables = options === undefined ? [] : variablesBelow(options).filter(({ path }) => !isSecret(path))
    for (const touch of touches) {
      const sent = variables.filter(({ path }) => touch.sends?.includes(String(path[0])) ?? true).map(sentText)
      const goes = touch.kind !== "contacts"
        ? []
        : [...touch.with === undefined ? [] : [touch.with], ...secrets, ...sent]
      this.manifest.add({
        kind: touch.kind,
        what: touch.what,
        part,
        ...goes.length === 0 ? {} : { with: goes.join(", ") },
      })
    }
    for (const { path, file } of claims) {
      const written = valueAt(shown, path)
      // As written: a variable may have brought a part of it.
      const what = typeof written === "string"
        ? written
        : file.map((piece) => typeof piece === "string" ? piece : "*").join("")
      this.manifest.add({ kind: "writes", what, part })
    }
    for (const { from, name } of origins) {
      if (from === "itself") continue
      const what = from === "file" ? fileText(name) : variableText(nameText(name))
      this.manifest.add(from === "file" ? { kind: "reads", what, part } : { kind: "reads", what })
    }
  }

  /** Enters the variables that processors may write into the records of a sink. */
  noteProcessors(sink: string, processors: Tree | undefined): void {
    if (processors === undefined) return
    for (const { path, name } of variablesBelow(processors)) {
      this.manifest.send(sink, sentText({ path: ["processors", ...path], name }))
    }
  }

  /** Checks an expression, after {@link loadExpressions}, and places what is wrong inside its text. */
  expression(path: Path, text: string, kind: PartKind, emit: EmitPlugin): void {
    // Of the records of a plug-in that is not loaded nothing is known.
    if (isUnread(emit)) return
    if (kind === "field") return this.#field(path, text, emit)
    const node = nodeAt(this.tree, path)
    const isWritten = node?._tag === "Scalar" && node.written === text
    const offsets = isWritten ? sourceOffsets(this.text, node) : undefined
    const isOdd = looksSecret(text) && text.includes("://")
    if (isOdd && node !== undefined) this.findings.hide(node)
    const isHidden = isOdd || node?._tag === "Scalar" && node.isHidden
    const wants = kind === "predicate" ? "predicate" : "formula"
    for (const finding of expressions().checkExpression(text, emit, wants, this.catalog.emits.values())) {
      // The words of the library quote the expression.
      const shown = isHidden
        ? {
          message: isOdd
            ? "Cannot use this expression: it holds an address"
            : "Cannot use this expression, which holds a variable",
          remedy: finding.remedy,
        }
        : finding
      if (!finding.isError) this.findings.warn(path, shown)
      else if (offsets === undefined) this.findings.error(path, shown)
      else this.findings.errorIn(path, { start: offsets[finding.start]!, end: offsets[finding.end]! }, shown)
    }
  }

  #field(path: Path, name: string, emit: EmitPlugin): void {
    // Messages are the feed's own, and may have fields that nobody knows yet.
    const names = Object.keys(fieldsOf(emit))
    if (emit.isOpen === true || names.includes(name)) return
    this.findings.error(path, {
      message: `Cannot use the field \`${name}\`: a record of \`${emit.name}\` has no such field`,
      remedy: suggestName(name, names, "its fields"),
    })
  }
}
