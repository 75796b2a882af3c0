/** What all checks of one document share. */
import * as Effect from "effect/Effect"
import { checkExpression } from "./cel/checkExpression.ts"
import { fieldsOf } from "./cel/fields.ts"
import type { Catalogue } from "./Catalogue.ts"
import type { Configured } from "./Checked.ts"
import { checkOptions, hideKey } from "./checkOptions.ts"
import { ownDecode } from "./decodeOptions.ts"
import type { EmitName, Environment, OptionProblem, OptionsPlace, PluginBase, WrittenOptions } from "../Plugin.ts"
import { Claims } from "./Claims.ts"
import type { Findings } from "./Findings.ts"
import { hideWhatMayBeSecret } from "./hideWhatMayBeSecret.ts"
import { nearestNames } from "@boltodds/text"
import { instead } from "./instead.ts"
import { looksSecret, nameText } from "./mayShow.ts"
import type { Choice } from "./readChoice.ts"
import type { PartKind } from "./schemaParts.ts"
import type { SecretPlaces } from "./secrets.ts"
import { sourceOffsets } from "./sourceOffsets.ts"
import { type Mapping, nodeAt, type Path, type Tree } from "./Tree.ts"

/** Where a document was read. */
export interface Surroundings {
  readonly folder: string
  readonly env: Environment
}

/** Keys below which there are no secrets: what is near one of them may be shown. */
const harmless = new Set(["emit", "where", "control", "meta", "required", "fallback", "version", "run"])

const isHarmless = (meant: string | undefined): boolean => meant !== undefined && harmless.has(meant)

/** One document under examination. */
export class Checker {
  readonly text: string
  readonly tree: Tree
  readonly catalogue: Catalogue
  readonly findings: Findings
  readonly places: SecretPlaces
  readonly #surroundings: Surroundings
  readonly #claims: Claims

  constructor(
    text: string,
    tree: Tree,
    catalogue: Catalogue,
    findings: Findings,
    places: SecretPlaces,
    surroundings: Surroundings,
  ) {
    this.text = text
    this.tree = tree
    this.catalogue = catalogue
    this.findings = findings
    this.places = places
    this.#surroundings = surroundings
    this.#claims = new Claims(findings)
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
        remedy: instead(key, names, "its keys"),
      }, "key")
    }
  }

  /** The options of a plug-in, with its expressions checked against an emit where one is given. */
  configured<P extends PluginBase<unknown>>(
    { plugin, options, path }: Choice<P>,
    what: string,
    { name, emit }: Pick<OptionsPlace, "name" | "emit">,
  ): Effect.Effect<Configured<P> | undefined> {
    const { parsers } = this.catalogue
    const decode = parsers.has(plugin) ? parsers.get(plugin) : ownDecode
    // Its module is reported to be of no use already.
    if (decode === undefined) return Effect.undefined
    const place: OptionsPlace = { ...this.#surroundings, name, emit }
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
    return Effect.map(checkOptions(check, this.findings, this.places), (checked) => {
      if (checked === undefined) return undefined
      if (emit !== undefined) {
        for (const { path, text, kind } of checked.expressions) this.expression(path, text, kind, emit)
      }
      for (const warning of plugin.warnings?.(checked.value, place) ?? []) {
        this.findings.warn([...path, ...warning.path], warning, warning.part)
      }
      this.#claims.add(name, path, plugin.claims?.(checked.value, place) ?? [])
      return { plugin, options: checked }
    })
  }

  /** Checks an expression, and places what is wrong inside its text. */
  expression(path: Path, text: string, kind: PartKind, emit: EmitName): void {
    if (kind === "field") return this.#field(path, text, emit)
    const node = nodeAt(this.tree, path)
    const isWritten = node?._tag === "Scalar" && node.written === text
    const offsets = isWritten ? sourceOffsets(this.text, node) : undefined
    const isOdd = looksSecret(text) && text.includes("://")
    if (isOdd && node !== undefined) this.findings.hide(node)
    const isHidden = isOdd || node?._tag === "Scalar" && node.isHidden
    for (const finding of checkExpression(text, emit, kind === "predicate" ? "predicate" : "formula")) {
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

  #field(path: Path, name: string, emit: EmitName): void {
    // Messages are the feed's own, and may have fields that nobody knows yet.
    const names = Object.keys(fieldsOf(emit))
    if (emit === "messages" || emit === "raw" || names.includes(name)) return
    this.findings.error(path, {
      message: `Cannot use the field \`${name}\`: a record of \`${emit}\` has none of that name`,
      remedy: instead(name, names, "its fields"),
    })
  }
}
