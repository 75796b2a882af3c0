/** Signing secrets and signatures (Standard Webhooks 1.0.0, "Signature scheme"). */
import { createHmac, createSecretKey, type KeyObject } from "node:crypto"

const prefix = "whsec_"
const leastBytes = 24
const mostBytes = 64

/** What is wrong with a secret, without showing it; undefined where nothing is. */
export const secretProblem = (text: string): string | undefined => {
  if (!text.startsWith(prefix)) return `must start with ${prefix}, followed by base64`
  const encoded = text.slice(prefix.length)
  const bytes = Buffer.from(encoded, "base64")
  // Node skips what is no base64, and receivers may not: only its one proper form passes.
  if (bytes.toString("base64") !== encoded) return `must be proper base64, with its padding, after ${prefix}`
  if (bytes.length >= leastBytes && bytes.length <= mostBytes) return undefined
  return `must hold ${leastBytes} to ${mostBytes} bytes: it holds ${bytes.length}`
}

/** The key of a secret that has no problem. */
export const signingKey = (text: string): KeyObject => createSecretKey(Buffer.from(text.slice(prefix.length), "base64"))

/** The value of `webhook-signature`: one signature for each key. */
export const signaturesOf = (keys: ReadonlyArray<KeyObject>, id: string, seconds: number, body: Buffer): string =>
  keys.map((key) => `v1,${createHmac("sha256", key).update(`${id}.${seconds}.`).update(body).digest("base64")}`)
    .join(" ")

/**
 * The id of a batch as a `webhook-id`: different for different batches, with nothing but letters, digits and `-_~`.
 *
 * The standard forbids full stops, because they separate what is signed; a header cannot hold everything either.
 */
export const webhookId = (id: string): string =>
  id.replaceAll(
    /[^A-Za-z0-9-]/gu,
    (character) => character === "." ? "_" : `~${character.codePointAt(0)!.toString(16)}~`,
  )
