import { redisConfigProblems, redisHost } from "@boltodds/redis/options"
import { describe, expect, it } from "vitest"

describe("the options of Redis", () => {
  it.each([
    [{ url: "http://bus.example" }, "url begins with http://"],
    [{ url: "rediss://" }, "url is not an address"],
    [{ url: "rediss://me:secret@bus.example" }, "url holds a user or a password"],
    [{ url: "redis://127.0.0.1/odds" }, "url has something after its port that is not the number of a database"],
    [{ url: "redis://bus.example" }, "redis:// to bus.example can be read on the way"],
    [{ user: "me" }, "user has no password"],
    [{ cert: "x" }, "cert and key belong together"],
    [{ stream: "a:b" }, "it is empty or long, or has characters that no stream may have"],
  ])("are refused where they are %j", (written, message) => {
    expect(redisConfigProblems(written).map((problem) => problem.message)).toEqual([message])
  })

  it.each([
    {},
    { url: "bus.example", allow_insecure: true },
    { url: "rediss://bus.example:6380/15", user: "me", password: "secret" },
    { url: "redis://[::1]:6380", password: "secret", stream: "odds-1" },
  ])("are taken where they are %j", (written) => {
    expect(redisConfigProblems(written, "changes")).toEqual([])
  })

  it("need changes for latest records and for partitions", () => {
    const found = redisConfigProblems({ latest: true, partitions: 2 }, "messages")
    expect(found.map(({ message }) => message)).toEqual([
      "the latest records of messages are not a book: latest needs emit: changes",
      "records of messages do not all name a game: partitions needs emit: changes",
    ])
  })

  it("name a host with its port", () => {
    expect(redisHost("rediss://bus.example")).toBe("bus.example:6379")
    expect(redisHost("redis://[::1]:6380/2")).toBe("[::1]:6380")
    expect(redisHost("://")).toBeUndefined()
  })
})
