/**
 * A receiver of webhooks to try pipelines with: checks the signature, looks at each id once, prints what comes.
 *
 * `PORT` (default 8787; 0 for any) and `HOOK_SECRET` (default: that of the examples). With `ANSWER=500` it refuses.
 */
import { createHmac, timingSafeEqual } from "node:crypto"
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"

const secret = process.env["HOOK_SECRET"] ?? "whsec_Ym9sdG9kZHMgZXhhbXBsZSBzZWNyZXQgIyMj"
const answer = Number(process.env["ANSWER"] ?? 204)
const key = Buffer.from(secret.replace("whsec_", ""), "base64")
const tolerance = 5 * 60 // seconds

/** Standard Webhooks: `v1,` and the HMAC-SHA256 of id, timestamp and body, in base64; one of several must fit. */
const isGenuine = (headers: IncomingHttpHeaders, body: Buffer): boolean => {
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signatures } = headers
  if (Math.abs(Date.now() / 1000 - Number(time)) > tolerance) return false
  const wanted = Buffer.from("v1," + createHmac("sha256", key).update(`${id}.${time}.`).update(body).digest("base64"))
  return String(signatures).split(" ").map((text) => Buffer.from(text))
    .some((given) => given.length === wanted.length && timingSafeEqual(given, wanted))
}

const known = new Set<string>()

const server = createServer(async (request, response) => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  if ("webhook-id" in request.headers) {
    // The bytes as they came are verified, before anything parses them.
    if (!isGenuine(request.headers, body)) return void response.writeHead(401).end("the signature does not fit")
    if (answer >= 300) return void response.writeHead(answer).end("as ANSWER says")
    const { id, records } = JSON.parse(body.toString()) as { id: string; records: ReadonlyArray<unknown> }
    // At least once: what comes again has the same id.
    if (!known.has(id)) { for (const record of records) console.log(JSON.stringify(record)) }
    known.add(id)
    response.writeHead(204).end()
    return
  }
  // A message for a channel, of Discord or Slack.
  const { content, text } = JSON.parse(body.toString()) as { content?: string; text?: string }
  console.log(content ?? text)
  response.writeHead(200, { "content-type": "application/json" }).end("{}")
})

server.listen(Number(process.env["PORT"] ?? 8787), "127.0.0.1", () => {
  console.error(`listening at http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
})
