/** The messages of the feed, as a union on the wire's own `action`. */
import * as Schema from "effect/Schema"
import { Outcome } from "./Outcome.ts"

/** `data` of a message about one game at one sportsbook. Fields nobody has seen yet are kept. */
export interface GameData {
  /** A league or tournament: `NBA`, `EPL`, `US Open (M)`. */
  readonly sport: string
  readonly sportsbook: string
  /** Opaque; see `parseGameKey`. */
  readonly game: string
  /** 12 hex digits, the same for one game at all sportsbooks; not always present. */
  readonly universal_game_id?: string | null
  readonly home_team?: string | null
  readonly away_team?: string | null
  /** `id` or `game_id`, `when` (US Eastern), `universal_id`, `orig_teams`, `link`, …: none is certain. */
  readonly info?: { readonly [field: string]: unknown } | null
  /** By outcome key, a label that is identity within this game at this sportsbook only. Each is judged alone. */
  readonly outcomes: { readonly [key: string]: Outcome }
  readonly [field: string]: unknown
}

/** All odds of one game at one sportsbook, within the filters; after connecting one comes for each. */
export interface InitialState extends GameMessage<"initial_state"> {}
/** All odds of the game are replaced. */
export interface GameUpdate extends GameMessage<"game_update"> {}
/** Treated as `game_update`; known from the vendor's example code only. */
export interface GameAdded extends GameMessage<"game_added"> {}
/** The listed outcomes changed; `odds` null or `""` means suspended or gone. */
export interface LineUpdate extends GameMessage<"line_update"> {}
/** The game is finished or suspended at this sportsbook (not at others); outcomes are empty. */
export interface GameRemoved extends GameMessage<"game_removed"> {}

interface GameMessage<Action extends string> {
  readonly action: Action
  /** ISO 8601 with microseconds; not monotone across sportsbooks. */
  readonly timestamp?: string | null
  readonly data: GameData
  readonly [field: string]: unknown
}

/** All games of the sportsbook are cleared; `sport`, `game`, `info`, … arrive as `{}`. */
export interface BookClear {
  readonly action: "book_clear"
  readonly timestamp?: string | null
  readonly data: { readonly sportsbook: string; readonly [field: string]: unknown }
  readonly [field: string]: unknown
}

/** All games of one sport at one sportsbook are cleared. */
export interface SportClear {
  readonly action: "sport_clear"
  readonly timestamp?: string | null
  readonly data: { readonly sportsbook: string; readonly sport: string; readonly [field: string]: unknown }
  readonly [field: string]: unknown
}

/** The server's first message: the connection is accepted. */
export interface SocketConnected {
  readonly action: "socket_connected"
  /** `Starter`, `Growth`, `Pro`; newer servers only. */
  readonly plan?: string | null
  readonly [field: string]: unknown
}

/** The filters are taken; newer servers only, and what it carries varies. */
export interface SubscriptionUpdated {
  readonly action: "subscription_updated"
  readonly [field: string]: unknown
}

/** Keep-alive, every 15 to 20 seconds; wants no reply. */
export interface Ping {
  readonly action: "ping"
  readonly [field: string]: unknown
}

/** An error in the stream. About one game it is not fatal; one without `action` often comes just before a close. */
export interface ErrorMessage {
  readonly action: "error"
  readonly message?: unknown
  readonly [field: string]: unknown
}

/** A message about one game at one sportsbook that carries outcomes. */
export type DataMessage = InitialState | GameUpdate | GameAdded | LineUpdate | GameRemoved

/** Every message the feed is known to send. Anything else is an `Unknown` item of its frame, and kept whole. */
export type FeedMessage =
  | DataMessage
  | BookClear
  | SportClear
  | SocketConnected
  | SubscriptionUpdated
  | Ping
  | ErrorMessage

/** The `action` of a known message. */
export type Action = FeedMessage["action"]

// An object with these keys, so that none can be missing.
const knownActions: Readonly<Record<Action, true>> = {
  initial_state: true,
  game_update: true,
  game_added: true,
  line_update: true,
  game_removed: true,
  book_clear: true,
  sport_clear: true,
  socket_connected: true,
  subscription_updated: true,
  ping: true,
  error: true,
}
const actions: ReadonlySet<string> = new Set(Object.keys(knownActions))

/** Whether messages of this action are read. All others are `Unknown` items of their frame. */
export const isKnownAction = (action: string): action is Action => actions.has(action)

// Without NUL: it stands between the parts of an identity (`gameId`).
const Name = Schema.NonEmptyString.check(Schema.makeFilter((name) => !name.includes("\u0000")))
const Rest = [Schema.Record(Schema.String, Schema.Unknown)] as const
const OptionalText = Schema.optionalKey(Schema.NullOr(Schema.String))

/** The schema of {@link GameData}. */
export const GameData: Schema.Codec<GameData> = Schema.StructWithRest(
  Schema.Struct({
    sport: Schema.String,
    sportsbook: Name,
    game: Name,
    universal_game_id: OptionalText,
    home_team: OptionalText,
    away_team: OptionalText,
    info: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.Unknown))),
    outcomes: Schema.Record(Schema.String, Outcome),
  }),
  Rest,
).annotate({
  identifier: "GameData",
  description:
    "One game at one sportsbook; outcomes by a key that is a label, and identity within this game at this book.",
})

const gameMessage = <A extends DataMessage["action"]>(action: A) =>
  Schema.StructWithRest(
    Schema.Struct({ action: Schema.Literal(action), timestamp: OptionalText, data: GameData }),
    Rest,
  )

/** The schema of {@link InitialState}. */
export const InitialState: Schema.Codec<InitialState> = gameMessage("initial_state")
/** The schema of {@link GameUpdate}. */
export const GameUpdate: Schema.Codec<GameUpdate> = gameMessage("game_update")
/** The schema of {@link GameAdded}. */
export const GameAdded: Schema.Codec<GameAdded> = gameMessage("game_added")
/** The schema of {@link LineUpdate}. */
export const LineUpdate: Schema.Codec<LineUpdate> = gameMessage("line_update")
/** The schema of {@link GameRemoved}. */
export const GameRemoved: Schema.Codec<GameRemoved> = gameMessage("game_removed")

/** The schema of {@link BookClear}. */
export const BookClear: Schema.Codec<BookClear> = Schema.StructWithRest(
  Schema.Struct({
    action: Schema.Literal("book_clear"),
    timestamp: OptionalText,
    data: Schema.StructWithRest(Schema.Struct({ sportsbook: Name }), Rest),
  }),
  Rest,
)
/** The schema of {@link SportClear}. */
export const SportClear: Schema.Codec<SportClear> = Schema.StructWithRest(
  Schema.Struct({
    action: Schema.Literal("sport_clear"),
    timestamp: OptionalText,
    data: Schema.StructWithRest(
      Schema.Struct({ sportsbook: Name, sport: Name }),
      Rest,
    ),
  }),
  Rest,
)
/** The schema of {@link SocketConnected}. */
export const SocketConnected: Schema.Codec<SocketConnected> = Schema.StructWithRest(
  Schema.Struct({ action: Schema.Literal("socket_connected"), plan: OptionalText }),
  Rest,
)
/** The schema of {@link SubscriptionUpdated}. */
export const SubscriptionUpdated: Schema.Codec<SubscriptionUpdated> = Schema.StructWithRest(
  Schema.Struct({ action: Schema.Literal("subscription_updated") }),
  Rest,
)
/** The schema of {@link Ping}. */
export const Ping: Schema.Codec<Ping> = Schema.StructWithRest(Schema.Struct({ action: Schema.Literal("ping") }), Rest)
/** The schema of {@link ErrorMessage}. */
export const ErrorMessage: Schema.Codec<ErrorMessage> = Schema.StructWithRest(
  Schema.Struct({ action: Schema.Literal("error"), message: Schema.optionalKey(Schema.Unknown) }),
  Rest,
)

/** The schema of {@link FeedMessage}. */
export const FeedMessage: Schema.Codec<FeedMessage> = Schema.Union([
  InitialState,
  GameUpdate,
  GameAdded,
  LineUpdate,
  GameRemoved,
  BookClear,
  SportClear,
  SocketConnected,
  SubscriptionUpdated,
  Ping,
  ErrorMessage,
]).annotate({ identifier: "FeedMessage" })
