/** From a document to a checked pipeline, with mistakes told in the words of whoever wrote it. */
import { type CheckedPipeline, makePipeline, type Problem, type Registry } from "@boltodds/config"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { UsageError } from "../ExitCode.ts"
import type { FlagDocument } from "./flagDocument.ts"

/** Checks the document that flags make. Throws a `UsageError` that speaks of the flags. */
export const loadDocument = async (document: FlagDocument, registry: Registry): Promise<CheckedPipeline> => {
  const loading = makePipeline(document, { file: "flags.json", registry, env: process.env })
  const result = await Effect.runPromise(Effect.result(loading))
  if (Result.isSuccess(result)) return result.success
  throw new UsageError(result.failure.problems.map(sentenceOf).join("\n"))
}

const flagOf: { readonly [key: string]: string } = {
  where: "--where",
  emit: "--emit",
  path: "--sink file:",
  url: "--sink webhook:",
  secret: "BOLTODDS_WEBHOOK_SECRET",
  sessions: "--sessions",
  shard_by: "--shard-by",
  count: "--count",
  for: "--for",
}

const sentenceOf = ({ path, message, remedy }: Problem): string => {
  const key = path.findLast((part) => typeof part === "string" && part in flagOf)
  return `${key === undefined ? "" : `${flagOf[key]!}: `}${message}: ${remedy}`
}
