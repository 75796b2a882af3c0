/** Reading a proxy's answer to CONNECT, as it comes. */
import { pageText } from "@boltodds/text"

/** What Node's own HTTP client takes. */
const longestHead = 16 * 1024
const longestBody = 2048
const longestText = 200

/** An answer that is being read. */
export interface ConnectAnswer {
  readonly take: (chunk: Buffer) => void
  /** Status and reason of the final answer, once its head is whole; interim answers (1xx) are passed over. */
  readonly head: { readonly status: number; readonly reason: string } | undefined
  /** What came after the head. */
  readonly rest: Buffer
  /** Why this cannot be read as HTTP; begins with a verb. */
  readonly problem: string | undefined
  /** Whether as much of the body is there as is shown. */
  readonly isWhole: boolean
  /** What the body says to people, without these texts. */
  readonly bodyText: (secrets: ReadonlyArray<string>) => string
}

/** Begins to read. */
export const readAnswer = (): ConnectAnswer => new Answer()

class Answer implements ConnectAnswer {
  rest: Buffer = Buffer.alloc(0)
  head: { readonly status: number; readonly reason: string } | undefined
  problem: string | undefined
  #headBytes = 0
  #length: number | undefined

  take(chunk: Buffer): void {
    // Of a refusal's body no more is kept than is shown; what follows a success is the caller's.
    if (this.head !== undefined && this.isWhole) return
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    while (this.head === undefined && this.problem === undefined && this.#takeHead());
  }

  get isWhole(): boolean {
    return this.rest.length >= Math.min(this.#length ?? longestBody, longestBody)
  }

  bodyText(secrets: ReadonlyArray<string>): string {
    let text = pageText(this.rest.subarray(0, longestBody).toString("utf8"), longestText)
    for (const secret of secrets) text = text.replaceAll(secret, "[redacted]")
    return text
  }

  /** Whether a whole head was taken off. */
  #takeHead(): boolean {
    const begin = this.rest.subarray(0, 7).toString("latin1")
    if (!"HTTP/1.".startsWith(begin)) {
      this.problem = notHttp(this.rest)
      return false
    }
    const text = this.rest.subarray(0, longestHead).toString("latin1")
    const end = /\r?\n\r?\n/.exec(text)
    if (this.#headBytes + (end?.index ?? this.rest.length) > longestHead) {
      this.problem = `answered with a head of more than ${longestHead} bytes. Check that it is an HTTP proxy`
      return false
    }
    if (end === null) return false
    const [first = "", ...fields] = text.slice(0, end.index).split(/\r?\n/)
    const [, digits, reason = ""] = /^HTTP\/1\.\d (\d{3})(?: (.*))?$/.exec(first.trimEnd()) ?? []
    if (digits === undefined) {
      this.problem = "answered with a status line that is not HTTP. Check that it is an HTTP proxy"
      return false
    }
    this.#headBytes += end.index + end[0].length
    this.rest = this.rest.subarray(end.index + end[0].length)
    const status = Number(digits)
    if (status < 200 && status !== 101) return true
    const length = fields.flatMap((field) => /^content-length:\s*(\d+)\s*$/i.exec(field)?.[1] ?? [])[0]
    this.#length = length === undefined ? undefined : Number(length)
    this.head = { status, reason: pageText(reason, 60) }
    return true
  }
}

const notHttp = (bytes: Buffer): string => {
  const [first] = bytes
  if (first === 4 || first === 5 || first === 0) {
    return "did not answer in HTTP; it may be a SOCKS proxy, which is not supported. Name an http:// or https:// proxy"
  }
  if (first === 0x15 || first === 0x16) return "speaks TLS. Write https:// in front of its address"
  return "did not answer in HTTP. Check that it is an HTTP proxy"
}
