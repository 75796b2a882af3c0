import { describe, expect, it } from "@effect/vitest"
import { webhook, WebhookAddressRefused, WebhookMisconfigured, type WebhookOptions } from "@boltodds/sink-webhook"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { LookupAddress } from "node:dns"
import type { LookupFunction } from "node:net"
import { guardedLookup, isLoopback, refusalOf } from "../src/internal/Address.ts"
import { batch, moves } from "./records.ts"
import { ok, openReceiver } from "@boltodds/testing/Receiver"
import { cert } from "@boltodds/testing/certificate"

const refused: ReadonlyArray<readonly [string, string]> = [
  ["0.0.0.0", "unspecified"],
  ["0.1.2.3", "unspecified"],
  ["10.0.0.1", "private"],
  ["100.64.0.1", "of a carrier's NAT"],
  ["100.127.255.255", "of a carrier's NAT"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["169.254.169.254", "link-local"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["192.0.0.170", "reserved"],
  ["192.0.2.1", "reserved"],
  ["192.88.99.1", "reserved"],
  ["192.168.1.1", "private"],
  ["198.18.0.1", "reserved"],
  ["198.19.255.255", "reserved"],
  ["198.51.100.1", "reserved"],
  ["203.0.113.1", "reserved"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.255", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "reserved"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["::127.0.0.1", "reserved"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:a9fe:a9fe", "link-local"],
  ["::ffff:10.1.2.3", "private"],
  ["::ffff:0:127.0.0.1", "reserved"],
  ["64:ff9b::7f00:1", "loopback"],
  ["64:ff9b::a9fe:a9fe", "link-local"],
  ["64:ff9b::c0a8:101", "private"],
  ["64:ff9b:1::1", "reserved"],
  ["100::1", "reserved"],
  ["2001::1", "reserved"],
  ["2001:db8::1", "reserved"],
  ["2002:7f00:1::", "reserved"],
  ["3fff::1", "reserved"],
  ["4000::1", "reserved"],
  ["5f00::1", "reserved"],
  ["fc00::1", "private"],
  ["fd00:ec2::254", "private"],
  ["fe80::1", "link-local"],
  ["fe80::1%eth0", "link-local"],
  ["fec0::1", "private"],
  ["ff02::1", "multicast"],
  ["not an address", "unreadable"],
  ["", "unreadable"],
]
const open = [
  "1.1.1.1",
  "8.8.8.8",
  "100.63.255.255",
  "100.128.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.167.255.255",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "2a00:1450:4001:82a::200e",
  "::ffff:8.8.8.8",
  "64:ff9b::808:808",
]

describe("an address", () => {
  for (const [address, kind] of refused) {
    it(`${address} is refused: ${kind}`, () => expect(refusalOf(address)).toBe(kind))
  }
  for (const address of open) it(`${address} is public`, () => expect(refusalOf(address)).toBeUndefined())

  /** The special-purpose registries of IANA, as first address and length of the prefix, written down anew. */
  const ranges: ReadonlyArray<readonly [number, number]> = [
    [0x00000000, 8],
    [0x0a000000, 8],
    [0x64400000, 10],
    [0x7f000000, 8],
    [0xa9fe0000, 16],
    [0xac100000, 12],
    [0xc0000000, 24],
    [0xc0a80000, 16],
    [0xc6120000, 15],
    [0xe0000000, 4],
    [0xf0000000, 4],
  ]
  const special = fc.tuple(fc.constantFrom(...ranges), fc.nat({ max: 0xffffffff })).map(([[first, bits], random]) =>
    (first | (random & (0xffffffff >>> bits))) >>> 0
  )
  const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join(".")
  const hex = (value: number): string => `${(value >>> 16).toString(16)}:${(value & 0xffff).toString(16)}`

  it("of a range that is not public never passes, in no disguise", () => {
    fc.assert(fc.property(special, (value) => {
      const spellings = [
        dotted(value),
        `::ffff:${dotted(value)}`,
        `::ffff:${hex(value)}`,
        `0:0:0:0:0:ffff:${hex(value)}`,
        `::${hex(value)}`,
        `64:ff9b::${hex(value)}`,
        `2002:${hex(value)}::1`,
      ]
      for (const spelling of spellings) expect([spelling, refusalOf(spelling)]).not.toEqual([spelling, undefined])
      // As a URL has it: one number, octal, hexadecimal.
      for (const host of [String(value), `0x${value.toString(16)}`, `0${value.toString(8)}`]) {
        expect(refusalOf(new URL(`http://${host}/`).hostname)).toBeDefined()
      }
    }))
  })

  it("of IPv6 outside 2000::/3 never passes, except IPv4 in its two forms", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const first = new URL(`http://[${address}]/`).hostname.slice(1, -1)
        if (!/^[23][0-9a-f]{3}:/.test(first) && !/^(?:::ffff:|64:ff9b::)/.test(first)) {
          expect(refusalOf(address)).toBeDefined()
        }
      }),
      { numRuns: 500 },
    )
  })

  it("is this machine's only where it is a loopback", () => {
    for (const host of ["localhost", "LOCALHOST.", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
      expect([host, isLoopback(host)]).toEqual([host, true])
    }
    for (const host of ["a.localhost", "localhost.evil.test", "notlocalhost", "10.0.0.1", "127.0.0.1.evil.test", ""]) {
      expect([host, isLoopback(host)]).toEqual([host, false])
    }
  })
})

/** Answers each question with the next of these, and the last for ever; counts. */
const fakeDns = (...answers: ReadonlyArray<ReadonlyArray<string>>) => {
  let asked = 0
  const lookup: LookupFunction = (_host, options, callback) => {
    const addresses: Array<LookupAddress> = answers[Math.min(asked++, answers.length - 1)]!.map((address) => ({
      address,
      family: address.includes(":") ? 6 : 4,
    }))
    setImmediate(() =>
      options.all === true ? callback(null, addresses) : callback(null, addresses[0]!.address, addresses[0]!.family)
    )
  }
  return { lookup, asked: () => asked }
}

describe("a name", () => {
  const options = (port: string, lookup: LookupFunction, more: Partial<WebhookOptions> = {}): WebhookOptions => ({
    url: `https://receiver.test:${port}`,
    unsigned: true,
    ca: cert,
    lookup,
    ...more,
  })
  const portOf = (url: string): string => url.split(":").at(-1)!

  it.live("that leads to private addresses is not connected to, and the error says what to set", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(ok, true)
      const sink = yield* webhook(options(portOf(receiver.url), fakeDns(["127.0.0.1", "::1"]).lookup))
      const error = yield* Effect.flip(sink.write(batch(moves(1))))
      expect(error.rest).toBe("retry")
      expect(error.cause).toBeInstanceOf(WebhookAddressRefused)
      expect(error.message).toContain(
        "Cannot connect to receiver.test: its address 127.0.0.1, ::1 is loopback, not public; set allow_private: true",
      )
      expect(receiver.connections()).toBe(0)
    }))

  it.live("that leads to this machine is connected to where that is allowed", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(ok, true)
      const { lookup } = fakeDns(["127.0.0.1"])
      const sink = yield* webhook(options(portOf(receiver.url), lookup, { allowPrivate: true }))
      yield* sink.write(batch(moves(1)))
      expect(receiver.requests[0]!.headers["host"]).toBe(`receiver.test:${portOf(receiver.url)}`)
    }))

  it.live("is asked once for each connection, so that an answer that changes is judged anew", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(ok, true)
      // Public when first asked, as it would be at a check before connecting; then this machine.
      const dns = fakeDns(["192.0.2.1"], ["127.0.0.1"])
      const sink = yield* webhook(options(portOf(receiver.url), dns.lookup))
      for (let attempt = 1; attempt <= 3; attempt++) {
        const error = yield* Effect.flip(sink.write(batch(moves(1))))
        expect(error.cause).toBeInstanceOf(WebhookAddressRefused)
        expect(dns.asked()).toBe(attempt)
      }
      expect(receiver.connections()).toBe(0)
    }))

  it.live("localhost that leads to another machine gets nothing in the clear", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(ok)
      const { lookup } = fakeDns(["203.0.113.9"])
      const url = receiver.url.replace("127.0.0.1", "localhost")
      const sink = yield* webhook({ url, unsigned: true, allowPrivate: true, lookup })
      const error = yield* Effect.flip(sink.write(batch(moves(1))))
      expect(error.message).toContain("localhost does not lead to this machine but to 203.0.113.9. Write 127.0.0.1")
      const below = yield* Effect.flip(webhook({ url: "http://a.localhost/", unsigned: true, allowPrivate: true }))
      expect(below.cause).toBeInstanceOf(WebhookMisconfigured)
      expect(receiver.connections()).toBe(0)
    }))

  it("gives only its public addresses to the socket, in whatever form it asks", () => {
    const answers: Array<unknown> = []
    const keep = (...answer: ReadonlyArray<unknown>): void => void answers.push(answer)
    const now = (addresses: ReadonlyArray<string>): LookupFunction =>
      guardedLookup((_host, _options, callback) => callback(null, addresses.map((address) => ({ address, family: 4 }))))
    now(["10.0.0.1", "8.8.8.8", "127.0.0.1", "1.1.1.1"])("a", { all: true }, keep)
    now(["10.0.0.1", "8.8.8.8"])("a", {}, keep)
    guardedLookup((_host, _options, callback) => callback(null, "8.8.4.4", 4))("a", { all: true }, keep)
    guardedLookup((_host, _options, callback) => callback(null, "127.0.0.1", 4))("a", { all: true }, keep)
    now([])("a", { all: true }, keep)
    expect(answers.slice(0, 3)).toEqual([
      [null, [{ address: "8.8.8.8", family: 4 }, { address: "1.1.1.1", family: 4 }]],
      [null, "8.8.8.8", 4],
      [null, [{ address: "8.8.4.4", family: 4 }]],
    ])
    for (const answer of answers.slice(3)) expect((answer as [unknown])[0]).toBeInstanceOf(WebhookAddressRefused)
  })

  for (const host of ["127.0.0.1", "[::1]", "0x7f.1", "2130706433", "169.254.169.254", "[::ffff:10.0.0.1]", "0"]) {
    it.live(`${host} in a URL is an address, and refused when opening`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(webhook({ url: `https://${host}/x`, unsigned: true }))
        expect(error.rest).toBe("disable")
        expect(error.cause).toBeInstanceOf(WebhookMisconfigured)
        expect(error.message).toContain("not public: set allow_private: true")
      }))
  }
})
