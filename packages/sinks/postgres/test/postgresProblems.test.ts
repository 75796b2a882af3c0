import { postgresConfigProblems, postgresHost } from "@boltodds/sink-postgres/options"
import { describe, expect, it } from "vitest"

const problemsOf = (written: Readonly<Record<string, unknown>>, emit?: string) =>
  postgresConfigProblems(written, emit).map(({ path, message, remedy }) => `${path.join(".")}: ${message}: ${remedy}`)

describe("options", () => {
  it("that can be used have no problem", () => {
    expect(problemsOf({}, "changes")).toEqual([])
    expect(problemsOf({ url: "postgres://db.example:5433/odds", schema: "feed_1", latest: true })).toEqual([])
    expect(problemsOf({ url: "db.example/odds", latest: false }, "best")).toEqual([])
    expect(problemsOf({ url: "postgres://[::1]/odds", encrypted: false })).toEqual([])
    expect(problemsOf({ url: "postgres://db.example/odds", encrypted: false, allow_insecure: true })).toEqual([])
  })

  it("that cannot be used are named at once, each at its place", () => {
    expect(problemsOf({ url: "mysql://db.example/odds", schema: "Odds", cert: "x", latest: true }, "best")).toEqual([
      "url: url begins with mysql://: write it as postgres://host:5432/database",
      "cert: cert and key belong together: give both, or none of them",
      "schema: it is no name that needs no quotes: use small letters, digits and _, 48 at most, and no digit first",
      "latest: the latest records of best are not a book: latest needs emit: changes: leave it out, or write `emit: changes`",
    ])
    expect(problemsOf({ url: "postgres://me:pass-4711@db.example/odds" })).toEqual([
      "url: url holds a user or a password: write them as user and password, which are kept secret",
    ])
    expect(problemsOf({ url: "postgres://db.example" })).toEqual([
      "url: url does not end with the name of a database: write it as postgres://host:5432/database",
    ])
    expect(problemsOf({ url: "postgres://db.example/odds", encrypted: false })).toEqual([
      "encrypted: what is sent to db.example can be read on the way: leave encrypted out, or set allow_insecure: true",
    ])
    expect(problemsOf({ encrypted: false, ca: "x" })).toEqual([
      "encrypted: there are certificates, and no encryption: leave encrypted out, or the certificates",
    ])
    expect(problemsOf({}, "raw")[0]).toContain(": records of raw have no columns: write emit: with one of changes, ")
  })

  it("say which host they name", () => {
    expect(postgresHost("postgres://db.example/odds")).toBe("db.example:5432")
    expect(postgresHost("not an address")).toBe(undefined)
  })
})
