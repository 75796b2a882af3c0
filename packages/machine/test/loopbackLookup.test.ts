import { loopbackLookup } from "@boltodds/machine"
import type { LookupAddress } from "node:dns"
import type { LookupFunction } from "node:net"
import { expect, it } from "vitest"

/** What `localhost` leads to, where a name server says that it is at these addresses. */
const led = (addresses: ReadonlyArray<string>, all: boolean): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const dns: LookupFunction = (_name, _options, callback) =>
      callback(null, addresses.map((address): LookupAddress => ({ address, family: address.includes(":") ? 6 : 4 })))
    loopbackLookup(dns)("localhost", { all }, (error, address) => error === null ? resolve(address) : reject(error))
  })

it("gives the loopback addresses of a name, and no others", async () => {
  expect(await led(["127.0.0.1"], false)).toBe("127.0.0.1")
  expect(await led(["203.0.113.9", "::1", "10.0.0.1", "127.0.0.2"], true)).toEqual([
    { address: "::1", family: 6 },
    { address: "127.0.0.2", family: 4 },
  ])
})

it("fails where the name leads to another machine, and says where", async () => {
  await expect(led(["203.0.113.9", "10.0.0.1"], false)).rejects.toThrow(
    "localhost does not lead to this machine but to 203.0.113.9, 10.0.0.1. Write 127.0.0.1, or correct the hosts file",
  )
  await expect(led([], true)).rejects.toThrow("does not lead to this machine")
})

it("is what this machine's own localhost passes", async () => {
  const address = await new Promise((resolve, reject) => {
    loopbackLookup()("localhost", {}, (error, address) => error === null ? resolve(address) : reject(error))
  })
  expect(address).toMatch(/^(?:127\.|::1$)/)
})
