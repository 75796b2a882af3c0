import { describe, expect, it } from "vitest"
import { isProxyFree } from "../src/proxy/noProxy.ts"

describe("NO_PROXY", () => {
  const free = (host: string, noProxy: string): boolean => isProxyFree(new URL(`wss://${host}/api`), noProxy)

  it("names everything, domains with what is below them, addresses, networks and ports", () => {
    const yes: ReadonlyArray<readonly [string, string]> = [
      ["feed.example", "*"],
      ["feed.example", "feed.example"],
      ["FEED.example", "Feed.Example"],
      ["feed.example", ".feed.example"],
      ["a.feed.example", ".feed.example"],
      ["a.feed.example", "*.feed.example"],
      ["a.feed.example", "feed.example"],
      ["feed.example.", "feed.example"],
      ["feed.example", "other.example, feed.example"],
      ["feed.example", "other.example feed.example"],
      ["feed.example", "feed.example:443"],
      ["feed.example:8443", "feed.example:8443"],
      ["10.1.2.3", "10.1.2.3"],
      ["10.1.2.3", "10.0.0.0/8"],
      ["10.1.2.3:99", "10.1.2.3:99"],
      ["[2001:db8::1]", "2001:db8::1"],
      ["[2001:db8::1]", "[2001:db8:0::1]"],
      ["[2001:db8::1]:99", "[2001:db8::1]:99"],
      ["[2001:db8::1]", "2001:db8::/32"],
      ["[::ffff:10.1.2.3]", "10.0.0.0/8"],
    ]
    for (const [host, noProxy] of yes) expect([host, noProxy, free(host, noProxy)]).toEqual([host, noProxy, true])
    const no: ReadonlyArray<readonly [string, string]> = [
      ["feed.example", ""],
      ["feed.example", "example.com"],
      ["notfeed.example", "feed.example"],
      ["feed.example", "a.feed.example"],
      ["feed.example", "feed.example:8443"],
      ["feed.example:8443", "feed.example:443"],
      ["11.1.2.3", "10.0.0.0/8"],
      ["10.1.2.3", "10.0.0.0/99"],
      ["feed.example", "10.0.0.0/0"],
      ["10.1.2.33", "10.1.2.3"],
      ["feed.example", "., *., :443"],
      ["[2001:db9::1]", "2001:db8::/32"],
    ]
    for (const [host, noProxy] of no) expect([host, noProxy, free(host, noProxy)]).toEqual([host, noProxy, false])
  })

  it("is not needed for this machine itself", () => {
    for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"]) expect(free(host, "")).toBe(true)
    expect(free("localhost.example", "")).toBe(false)
  })
})
