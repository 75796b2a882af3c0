import { isLoopbackHost } from "@boltodds/text"
import { expect, it } from "vitest"

it("distinguishes loopback addresses and localhost from all other hosts", () => {
  const own = ["localhost", "LOCALHOST", "localhost.", "localhost:80", "127.0.0.1", "127.9.8.7:65535", "::1", "[::1]"]
    .concat(["[::1]:80", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "[::ffff:7f00:1]:80"])
  for (const host of own) expect([host, isLoopbackHost(host)]).toEqual([host, true])
  const others = [
    "",
    "a.localhost",
    "localhost.example",
    "notlocalhost",
    "127.0.0.1.example",
    "128.0.0.1",
    "10.0.0.1:80",
  ]
    .concat(["::", "::2", "[::2]:80", "1::1", "::ffff:10.0.0.1", "feed.example:443"])
  for (const host of others) expect([host, isLoopbackHost(host)]).toEqual([host, false])
})
