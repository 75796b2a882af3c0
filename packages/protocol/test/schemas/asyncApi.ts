/** The feed as an AsyncAPI 3 document: what is known of it, made of the schemas of its messages. */
import { jsonSchema } from "@boltodds/protocol/json-schema"

/** Plain data. */
interface Json {
  readonly [key: string]: unknown
}

/** The messages, in the order of a connection's life: by their action, with what they mean. */
const fromServer: ReadonlyArray<readonly [action: string, summary: string]> = [
  ["socket_connected", "The connection is accepted. Newer servers name the plan of the key."],
  ["subscription_updated", "The filters are taken. Older servers do not send it."],
  ["initial_state", "All odds of one game at one sportsbook. Nothing says which is the last."],
  ["line_update", "The outcomes that are listed have changed. Odds of null or an empty text: suspended or gone."],
  ["game_update", "All odds of one game at one sportsbook are replaced."],
  ["game_added", "As game_update. Known from the example code of the vendor only."],
  ["game_removed", "One game at one sportsbook is finished or suspended. It says nothing of other sportsbooks."],
  ["book_clear", "All games of a sportsbook are withdrawn."],
  ["sport_clear", "All games of one sport at a sportsbook are withdrawn."],
  ["ping", "Every 15 to 20 s, as a text message. Needs no answer."],
  ["error", "Something is refused, often just before the connection closes."],
]

const rewritten = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(rewritten)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      key === "$ref" && typeof entry === "string"
        ? entry.replace("#/$defs/", "#/components/schemas/")
        : rewritten(entry),
    ]),
  )
}

/** The schema of the messages with this action: a member of the union of all. */
const schemaOf = (action: string, defs: Json): unknown => {
  const members = (defs["FeedMessage"] as { readonly anyOf: ReadonlyArray<Json> }).anyOf
  const own = members.find((member) => {
    const reference = member["$ref"]
    const schema = typeof reference === "string" ? defs[reference.replace("#/$defs/", "")] : member
    const { properties } = schema as {
      readonly properties?: { readonly action?: { readonly enum?: ReadonlyArray<unknown> } }
    }
    return properties?.action?.enum?.includes(action) === true
  })
  if (own === undefined) throw new Error(`There is no schema of messages with the action ${action}`)
  return own
}

const camel = (action: string): string => action.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

/** The document. */
export const asyncApi = (): Json => {
  const { $defs } = jsonSchema("messages")
  const names = { type: "array", items: { type: "string" } }
  return {
    asyncapi: "3.0.0",
    info: {
      title: "The BoltOdds live odds feed",
      version: "0.1.0",
      description:
        "A description of the feed by its users: of what is documented, and of what was seen. It is not made or " +
        "endorsed by BoltOdds. Fields and actions that are not named here can come at any time.",
      license: { name: "MIT" },
    },
    defaultContentType: "application/json",
    servers: {
      vendor: {
        host: "spro.agency",
        pathname: "/api",
        protocol: "wss",
        description:
          "At most 12 dials and requests a minute together, for each address. A plan allows 1 to 3 connections.",
        security: [{ $ref: "#/components/securitySchemes/key" }],
      },
    },
    channels: {
      feed: {
        address: "/",
        title: "One connection",
        description:
          "A frame is text or bytes in UTF-8 and holds one message, or an array of messages. It can have tens of " +
          "megabytes. There are no sequence numbers: after a reconnect the whole state comes again.",
        messages: {
          subscribe: { $ref: "#/components/messages/subscribe" },
          ...Object.fromEntries(
            fromServer.map(([action]) => [camel(action), { $ref: `#/components/messages/${camel(action)}` }]),
          ),
        },
        bindings: {
          ws: {
            query: {
              type: "object",
              required: ["key"],
              properties: { key: { type: "string", description: "The key. The whole address is a secret." } },
            },
          },
        },
      },
    },
    operations: {
      subscribe: {
        action: "send",
        channel: { $ref: "#/channels/feed" },
        summary:
          "Say what is wanted, soon after socket_connected. Another one on the same connection replaces the filters.",
        messages: [{ $ref: "#/channels/feed/messages/subscribe" }],
      },
      receive: {
        action: "receive",
        channel: { $ref: "#/channels/feed" },
        summary: "Everything that the server sends.",
        messages: fromServer.map(([action]) => ({ $ref: `#/channels/feed/messages/${camel(action)}` })),
      },
    },
    components: {
      securitySchemes: {
        key: { type: "httpApiKey", name: "key", in: "query", description: "The key of a plan." },
      },
      messages: {
        subscribe: {
          name: "subscribe",
          summary:
            "A filter that is left out means everything; an empty list means nothing. Names must match those of " +
            "get_info exactly, or nothing comes.",
          payload: { $ref: "#/components/schemas/Subscribe" },
        },
        ...Object.fromEntries(
          fromServer.map(([action, summary]) => [
            camel(action),
            { name: action, summary, payload: rewritten(schemaOf(action, $defs)) },
          ]),
        ),
      },
      schemas: {
        Subscribe: {
          type: "object",
          required: ["action"],
          properties: {
            action: { const: "subscribe", description: "Always subscribe." },
            filters: {
              type: "object",
              description: "What is wanted. Filters anywhere else are ignored by the server.",
              properties: {
                sports: { ...names, description: "Sports or leagues." },
                sportsbooks: { ...names, description: "Sportsbooks." },
                games: { ...names, description: "Games, by their whole keys." },
                markets: { ...names, description: "Markets." },
              },
            },
          },
        },
        ...rewritten($defs) as Json,
      },
    },
  }
}
