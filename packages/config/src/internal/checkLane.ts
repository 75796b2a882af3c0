/** The lane of a sink: what is written, what its plug-in recommends, and what fits together. */
import * as Effect from "effect/Effect"
import { defaultBlockTimeout } from "../lane.ts"
import type { LaneSettings } from "../LaneDefaults.ts"
import type { Emit } from "@boltodds/pipeline"
import type { EmitPlugin, SinkPlugin, StorePlugin } from "../Plugin.ts"
import type { CheckedLane, Configured } from "./Checked.ts"
import type { Checker } from "./Checker.ts"
import { checkOptions } from "./checkOptions.ts"
import { given, LaneText, settingsOf } from "./documentSchemas.ts"
import { type Choice, readChoice } from "./readChoice.ts"
import { entryOf, type Path, type Tree } from "./Tree.ts"
import { unread } from "./unread.ts"

/** What a lane is checked with. */
export interface LaneCheck {
  /** Of its sink. */
  readonly name: string
  readonly path: Path
  readonly node: Tree | undefined
  readonly emit: EmitPlugin
  /** Undefined where its options are wrong. */
  readonly made: Emit<never> | undefined
  /** Undefined where the options of the sink are wrong. */
  readonly configured: Configured<LanePlugin> | undefined
  /** Whether the pipeline has no other lane. */
  readonly isSole: boolean
}

type LanePlugin = Pick<SinkPlugin, "name" | "needsSameBatches" | "lane">

/** Checks a lane; undefined where anything is wrong with it. */
export const checkLane = (check: LaneCheck, checker: Checker): Effect.Effect<CheckedLane | undefined> =>
  Effect.gen(function* () {
    const { name, path, node, emit, made, configured, isSole } = check
    const options = { path, of: "this lane", schema: LaneText, node }
    const read = yield* checkOptions(options, checker.findings, checker.places)
    // Its store is checked all the same: all mistakes are reported at once.
    const written = read === undefined ? {} : settingsOf(read.value)
    const { store: recommendedStore, ...recommended } =
      configured?.plugin.lane?.(configured.options.value, { isSole }) ??
        {}
    const storeNode = entryOf(node, "store")?.node
    const choice = storeNode === undefined
      ? recommendedStoreOf(recommendedStore, written, path, checker)
      : chosenStore(storeNode, [...path, "store"], checker)
    if (choice === "wrong") return undefined
    const store = choice === undefined ? undefined : yield* checker.configured(choice, "store", { name, emit })
    if (read === undefined || (choice !== undefined && store === undefined)) return undefined
    const isDurable = store?.plugin.durable === true
    const usual = overflowFor(recommended.overflow, made, isSole, store !== undefined)
    const settings = merge(merge(usual, recommended), written)
    const overflow = written.overflow ?? usual.overflow
    const complete = { ...settings, ...given("overflow", overflow) }
    const wrong = whatDoesNotFit(complete, written, {
      made,
      isDurable,
      hasStore: store !== undefined,
      sink: configured?.plugin,
      path,
    }, checker)
    return wrong ? undefined : { settings: complete, store }
  })

/** `memory` needs no plug-in. */
const isMemory = (node: Tree): boolean =>
  (node._tag === "Scalar" && node.value === "memory") ||
  (node._tag === "Mapping" && node.entries.length === 1 && node.entries[0]!.key === "memory")

const chosenStore = (node: Tree, path: Path, checker: Checker): Choice<StorePlugin> | undefined | "wrong" => {
  if (isMemory(node)) return undefined
  const known = checker.catalog.stores
  return readChoice(node, path, {
    what: "store",
    known,
    besides: "memory",
    unread: checker.catalog.hasUnread ? unread.store : undefined,
  }, checker.findings) ?? "wrong"
}

/** What a plug-in recommends is taken where it can be had. */
const recommendedStoreOf = (
  name: string | undefined,
  written: LaneSettings,
  path: Path,
  checker: Checker,
): Choice<StorePlugin> | undefined => {
  if (name === undefined || name === "memory" || written.overflow === "coalesce") return undefined
  const plugin = checker.catalog.stores.get(name)
  return plugin === undefined ? undefined : { plugin, options: undefined, path }
}

const overflowFor = (
  recommended: LaneSettings["overflow"],
  made: Emit<never> | undefined,
  isSole: boolean,
  hasStore: boolean,
): LaneSettings => {
  const isFit = recommended !== "coalesce" || (made?.coalescing !== undefined && !hasStore)
  if (recommended !== undefined && isFit) return { overflow: recommended }
  return { overflow: isSole && recommended === undefined ? "block" : "drop_oldest" }
}

/** The second over the first, parts of parts too. */
const merge = (first: LaneSettings, second: LaneSettings): LaneSettings => ({
  ...first,
  ...second,
  ...given(
    "bounds",
    first.bounds === undefined && second.bounds === undefined ? undefined : { ...first.bounds, ...second.bounds },
  ),
  ...given(
    "batch",
    first.batch === undefined && second.batch === undefined ? undefined : { ...first.batch, ...second.batch },
  ),
  ...given(
    "retry",
    first.retry === undefined && second.retry === undefined ? undefined : { ...first.retry, ...second.retry },
  ),
  ...given(
    "breaker",
    first.breaker === undefined && second.breaker === undefined ? undefined : { ...first.breaker, ...second.breaker },
  ),
})

/** What the settings of a lane must fit. */
interface LaneFit {
  /** Undefined: not known. */
  readonly made: Emit<never> | undefined
  readonly isDurable: boolean
  readonly hasStore: boolean
  /** Undefined: its options are wrong. */
  readonly sink: LanePlugin | undefined
  readonly path: Path
}

const whatDoesNotFit = (
  settings: LaneSettings,
  written: LaneSettings,
  { made, isDurable, hasStore, sink, path }: LaneFit,
  { findings }: Checker,
): boolean => {
  let wrong = false
  const error = (key: string, message: string, remedy: string): void => {
    wrong = true
    findings.error([...path, key], { message, remedy })
  }
  const isMerging = settings.overflow === "coalesce"
  if (isMerging && made !== undefined && made.coalescing === undefined) {
    error(
      "overflow",
      `Cannot coalesce \`${made.name}\`: its records do not say what they replace`,
      "write `emit: changes`, or `overflow: drop_oldest`",
    )
  }
  if (isMerging && sink?.needsSameBatches === true) {
    error(
      "overflow",
      `Cannot coalesce before \`${sink.name}\`: it recognizes batches that are sent again, and a merged one is another`,
      "write `overflow: block`, or `overflow: drop_oldest`",
    )
  }
  if (isMerging && hasStore) {
    error(
      written.overflow === undefined ? "store" : "overflow",
      isDurable
        ? "Cannot coalesce in a durable store: committed records must be delivered unchanged"
        : "Cannot coalesce in this store: coalescing has a store of its own",
      "write `store: memory`, or another `overflow`",
    )
  }
  if (written.blockTimeout !== undefined && settings.overflow !== "block") {
    error(
      "block_timeout",
      `Cannot use \`block_timeout\` with \`overflow: ${settings.overflow}\`: only a lane with \`overflow: block\` waits`,
      "write `overflow: block`, or remove it",
    )
  }
  if ((settings.parallel ?? 1) > 1 && made !== undefined && made.orderKey === undefined) {
    error(
      "parallel",
      `Cannot deliver \`${made.name}\` in parallel: its records do not say which of them must stay in order`,
      "remove it",
    )
  }
  return wrong
}

/** How long a lane makes the source wait, as it may be shown. */
export const blockTimeoutOf = (settings: LaneSettings, isSole: boolean): LaneSettings["blockTimeout"] =>
  settings.overflow !== "block" ? undefined : settings.blockTimeout ?? (isSole ? undefined : defaultBlockTimeout)
