import { cert, key } from "@boltodds/testing/certificate"
import { describe, expect, it } from "@effect/vitest"
import {
  webhook,
  WebhookConfig,
  type WebhookConfigEncoded,
  webhookFormat,
  type WebhookMisconfigured,
  webhookProblems,
  webhookProfile,
} from "@boltodds/sink-webhook"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

const secretOf = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 7).toString("base64")}`
const good: WebhookConfigEncoded = { url: "https://example.com/hooks/topsecretpath", secret: secretOf(32) }

const decode = (config: unknown) => Effect.runSync(Effect.result(Schema.decodeUnknownEffect(WebhookConfig)(config)))
const problemOf = (config: unknown): string => {
  const result = decode(config)
  return result._tag === "Failure" ? String(result.failure) : "none"
}

describe("the configuration of a webhook", () => {
  it("is written in snake case, and read into options", () => {
    const encoded: WebhookConfigEncoded = {
      ...good,
      profile: "durable",
      format: "standard",
      previous_secrets: [secretOf(24), secretOf(64)],
      headers: { authorization: "Bearer topsecretheader" },
      timeout: "2.5s",
      max_body_bytes: 65_536,
      allow_private: true,
      allow_insecure: false,
      ca: cert,
    }
    const config = Schema.decodeUnknownSync(WebhookConfig)(encoded)
    expect(config).toMatchObject({ profile: "durable", maxBodyBytes: 65_536, allowPrivate: true, allowInsecure: false })
    expect(Duration.toMillis(config.timeout!)).toBe(2_500)
    expect(config.previousSecrets!.map(Redacted.value)).toEqual([secretOf(24), secretOf(64)])
    expect(Schema.encodeSync(WebhookConfig)(config)).toEqual({ ...encoded, timeout: "2s500ms" })
    const shown = JSON.stringify(config) + String(config.url) + Object.values(config.headers!).join("")
    for (const secret of ["topsecretpath", "topsecretheader", secretOf(32)]) expect(shown).not.toContain(secret)
  })

  it.effect("opens a webhook as it is", () =>
    Effect.gen(function* () {
      const config = yield* Schema.decodeUnknownEffect(WebhookConfig)(good)
      const sink = yield* webhook(config)
      expect(sink.guarantee).toBe("at-least-once")
    }))

  for (
    const [text, millis] of [["15s", 15_000], ["500ms", 500], ["1.5m", 90_000], ["1h", 3_600_000], [
      "1d",
      86_400_000,
    ]] as const
  ) {
    it(`takes ${text} as a duration`, () =>
      expect(Duration.toMillis(Schema.decodeUnknownSync(WebhookConfig)({ ...good, timeout: text }).timeout!)).toBe(
        millis,
      ))
  }

  const { secret: _, ...unsigned } = good
  const mistakes: ReadonlyArray<readonly [string, object, string]> = [
    ["no URL", { ...good, url: "not a topsecretpath" }, "url must start with https:// (or http://) and name a host"],
    ["another scheme", { ...good, url: "ftp://example.com/topsecretpath" }, "url must start with https://"],
    [
      "http:// to another machine",
      { ...good, url: "http://example.com/topsecretpath" },
      "http:// to example.com can be read on the way: use https://, or set allow_insecure: true",
    ],
    [
      "an address that is not public",
      { ...good, url: "https://169.254.169.254/topsecretpath" },
      "its address 169.254.169.254 is link-local, not public: set allow_private: true if meant",
    ],
    ["a badly encoded password", { ...good, url: "https://me:%E0%A4@example.com/topsecretpath" }, "not encoded well"],
    ["no secret", unsigned, "there is no secret: set one"],
    ["a secret and unsigned", { ...good, unsigned: true }, "unsigned: true contradicts a secret"],
    ["an invalid secret", { ...good, secret: "topsecretpath" }, "secret must start with whsec_"],
    ["a secret that is no base64", { ...good, secret: "whsec_topsecretpath!" }, "secret must be proper base64"],
    [
      "a secret without its padding",
      { ...good, secret: secretOf(32).replace("=", "") },
      "secret must be proper base64",
    ],
    [
      "a secret in the alphabet of URLs",
      { ...good, secret: `whsec_${"-_".repeat(16)}` },
      "secret must be proper base64",
    ],
    ["a short secret", { ...good, secret: secretOf(23) }, "secret must hold 24 to 64 bytes: it holds 23"],
    ["a long secret", { ...good, secret: secretOf(65) }, "secret must hold 24 to 64 bytes: it holds 65"],
    [
      "a bad old secret",
      { ...good, previous_secrets: [secretOf(24), "x"] },
      "previous_secrets[1] must start with whsec_",
    ],
    ["a secret for Discord", { ...good, format: "discord" }, "format discord is not signed: leave secret"],
    [
      "a header of HTTP",
      { ...good, headers: { Host: "topsecretheader" } },
      "the header host is not to be set: leave it out",
    ],
    ["a header of the standard", { ...good, headers: { "Webhook-Id": "x" } }, "the header webhook-id is not to be set"],
    [
      "an invalid header",
      { ...good, headers: { "a b": "x" } },
      "this header's name is not one that HTTP can carry",
    ],
    ["a header with a newline", { ...good, headers: { a: "topsecretheader\r\nx: y" } }, `the header "a" is not one`],
    ["a timeout of nothing", { ...good, timeout: "0s" }, "timeout must be longer than nothing"],
    ["a timeout without a unit", { ...good, timeout: "15" }, "a duration such as 500ms"],
    [
      "a path in place of certificates",
      { ...good, ca: "c.pem" },
      "ca: expected certificates (PEM), found a text without",
    ],
    ["a key in place of certificates", { ...good, ca: key }, "ca: expected certificates (PEM), found a private key"],
    [
      "a certificate that is cut off",
      { ...good, ca: `${cert}\n${cert.replace("MIIB", "MIIC")}` },
      "ca: certificate 2 of 2 cannot be read",
    ],
    [
      "half a certificate",
      { ...good, ca: cert.slice(0, 200) },
      "ca: expected certificates (PEM), found something else: begin it with -----BEGIN CERTIFICATE-----",
    ],
    [
      "Discord in another format",
      { url: "https://discord.com/api/webhooks/1/topsecretpath", format: "slack" },
      "format slack does not fit the host of url: Discord takes discord only",
    ],
    [
      "Slack in the standard format",
      { ...good, url: "https://hooks.slack.com/services/topsecretpath", format: "standard" },
      "format standard does not fit the host of url: Slack takes slack only",
    ],
    [
      "Discord, signed",
      { ...good, url: "https://discord.com/api/webhooks/1/topsecretpath" },
      "format discord is not signed: leave secret and previous_secrets out",
    ],
    [
      "a channel of Discord, not its webhook",
      { url: "https://discord.com/channels/1/topsecretpath" },
      "discord.com takes messages at /api/webhooks/ID/TOKEN only",
    ],
    [
      "an address of Discord for GitHub",
      { url: "https://discord.com/api/webhooks/1/topsecretpath/github" },
      "discord.com takes other messages at an address that ends in /github",
    ],
    [
      "the site of Slack",
      { url: "https://hooks.slack.com/topsecretpath" },
      "hooks.slack.com takes messages at /services/",
    ],
    ["a tiny body", { ...good, max_body_bytes: 10 }, "max_body_bytes must be 1024 or more"],
  ]
  for (const [what, config, message] of mistakes) {
    it(`is refused with ${what}`, () => {
      const problem = problemOf(config)
      expect(problem).toContain(message)
      for (const secret of ["topsecretpath", "topsecretheader", secretOf(32).slice(6)]) {
        expect(problem).not.toContain(secret)
      }
    })
  }

  it("is refused with all its mistakes at once, there and when opening", () => {
    const config = { url: "http://10.0.0.1/", secret: "x", headers: { host: "y" } }
    const parts = ["its address 10.0.0.1", "http:// to 10.0.0.1", "secret must start", "the header host"]
    for (const part of parts) expect(problemOf(config)).toContain(part)
    const open = Effect.scoped(Effect.flip(webhook({ ...config, secret: Redacted.make("x") })))
    const error = Effect.runSync(open)
    expect((error.cause as WebhookMisconfigured).problems.length).toBe(4)
    for (const part of parts) expect(error.message).toContain(part)
  })
})

describe("the format of a webhook", () => {
  it.each([
    ["https://discord.com/api/webhooks/1/x", "discord"],
    ["https://DISCORD.com./api/v10/webhooks/1/x?thread_id=2", "discord"],
    ["https://discordapp.com/api/webhooks/1/x", "discord"],
    ["https://ptb.discord.com/api/webhooks/1/x/", "discord"],
    ["https://canary.discord.com/api/webhooks/1/x", "discord"],
    ["https://discord.com/api/webhooks/1/x/slack", "slack"],
    ["https://hooks.slack.com/services/T/B/x", "slack"],
    ["https://hooks.slack-gov.com/services/T/B/x", "slack"],
    ["https://example.com/discord.com", "standard"],
    ["https://notdiscord.com/api/webhooks/1/x", "standard"],
    ["https://discord.com.example.com/api/webhooks/1/x", "standard"],
    ["no URL", "standard"],
  ])("of %s is %s", (url, format) => {
    expect(webhookFormat(url)).toBe(format)
    if (format !== "standard") expect(webhookProblems({ url })).toEqual([])
  })

  it("that is written wins where the host is no chat service", () => {
    expect(webhookFormat("https://proxy.example.com/", "slack")).toBe("slack")
    expect(webhookProblems({ url: "https://proxy.example.com/", format: "slack" })).toEqual([])
  })

  it("for people needs changes or signals", () => {
    for (const emit of ["changes", "best", "fair", "closing", "opportunities"]) {
      expect(webhookProblems({ url: "https://discord.com/api/webhooks/1/x" }, emit)).toEqual([])
    }
    expect(webhookProblems({ url: "https://discord.com/api/webhooks/1/x" }, "quotes")).toEqual([
      expect.objectContaining({ path: ["url"], remedy: "write `emit: changes`, or another of these" }),
    ])
    expect(webhookProblems({ url: "https://a.example/", format: "slack" }, "messages")).toEqual([
      expect.objectContaining({ path: ["format"] }),
    ])
  })
})

describe("the mistakes in what a configuration says of a webhook", () => {
  it("are reported together, each at its key", () => {
    const problems = webhookProblems({
      url: "http://example.com/",
      secret: "nope",
      headers: { "bad name": "v", host: "x", fine: "a\nb" },
      max_body_bytes: 10,
      previous_secrets: [secretOf(24), "bad"],
      timeout: "0s",
      ca: "c.pem",
    })
    expect(problems.map(({ path, part }) => `${path.join(".")} ${part}`)).toEqual([
      "url value",
      "secret value",
      "previous_secrets.1 value",
      "headers.bad name key",
      "headers.host key",
      "headers.fine value",
      "timeout value",
      "max_body_bytes value",
      "ca value",
    ])
  })

  it("are not reported for what is of another type, or could not be read: that is reported already", () => {
    const wrong = {
      url: 1,
      secret: undefined,
      headers: [1],
      previous_secrets: [2],
      max_body_bytes: "x",
      timeout: "soon",
      ca: {},
    }
    expect(webhookProblems(wrong)).toEqual([])
    expect(webhookProblems({ url: "https://example.com/" }).map(({ path }) => path)).toEqual([[]])
  })
})

describe("the profile of a webhook", () => {
  it("realtime lets the newest win, and nothing old out", () => {
    const { overflow, store, maxAge, retry } = webhookProfile("realtime")
    expect({ overflow, store, maxAge: Duration.toMillis(maxAge), attempts: retry.attempts }).toEqual(
      { overflow: "coalesce", store: "memory", maxAge: 30_000, attempts: Infinity },
    )
  })

  it("durable keeps everything for days", () => {
    const { overflow, store, maxAge, retry } = webhookProfile("durable")
    expect({ overflow, store, maxAge: Duration.toMillis(maxAge), attempts: retry.attempts }).toEqual(
      { overflow: "block", store: "outbox", maxAge: 259_200_000, attempts: Infinity },
    )
  })

  it("lets messages for people wait for company", () => {
    expect(Duration.toMillis(webhookProfile("realtime").linger)).toBe(0)
    expect(Duration.toMillis(webhookProfile("realtime", "slack").linger)).toBe(2_000)
  })
})
