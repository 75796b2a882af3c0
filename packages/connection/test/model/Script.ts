/** A script of what the world does to sessions, as data: it can be printed, shrunk, kept, and run again. */

/** How a server answers a dial. */
export type Answer =
  /** Accepts, after this long; the ack comes this long after that, or not at all. */
  | { readonly kind: "accept"; readonly after: number; readonly ack: number | "never" | "data" }
  /** Refuses with a status, and perhaps with `Retry-After`, in seconds. */
  | { readonly kind: "refuse"; readonly status: 401 | 403 | 429 | 500 | 503; readonly retryAfter?: number }
  /** Cannot be reached. */
  | { readonly kind: "network"; readonly cause: "dns" | "tls" | "refused" }
  /** Does not answer until the transport gives up. */
  | { readonly kind: "hang" }
  /** Accepts, says this, closes. */
  | { readonly kind: "turn_away"; readonly says: "key" | "busy" | "nothing" }

/** What the server does by itself on a connection. */
export type Manner =
  /** Feed pings, and data as well. */
  | "talks"
  | "pings_only"
  /** Nothing. */
  | "mute"

/** How a connection ends from the other side. */
export type CloseHow =
  | "clean"
  | "dirty"
  | "going_away"
  | "network"
  | "oversize"
  | "overflow"
  /** By close codes 1013 and 1012. */
  | "busy"
  | "restart"
  /** By an error message, and a clean close. */
  | "busy_words"

export type FrameKind = "data" | "ping" | "error" | "echo" | "garbage"

/** One step. `session` counts from 0. Times are milliseconds. */
export type Step =
  | { readonly do: "wait"; readonly millis: number }
  | { readonly do: "answer"; readonly session: number; readonly answer: Answer }
  | { readonly do: "manner"; readonly session: number; readonly manner: Manner }
  /** One turn of frames, each of about this size. */
  | {
    readonly do: "send"
    readonly session: number
    readonly frames: ReadonlyArray<FrameKind>
    readonly bytes: number
  }
  /** Whether pings are answered, and how much later. */
  | { readonly do: "pongs"; readonly session: number; readonly after: number | "never" }
  /** How long everything from the server takes. */
  | { readonly do: "latency"; readonly session: number; readonly millis: number }
  /** Bytes of a frame that is never finished, this many a second, for this long. */
  | { readonly do: "drip"; readonly session: number; readonly bytes: number; readonly seconds: number }
  | { readonly do: "close"; readonly session: number; readonly how: CloseHow }
  | { readonly do: "reader"; readonly session: number; readonly reads: boolean }
  | { readonly do: "filters"; readonly session: number; readonly set: number }
  /** Somebody wants a new snapshot. */
  | { readonly do: "resync"; readonly session: number }
  /** Sets the machine's clock. */
  | { readonly do: "wall"; readonly millis: number }
  /** Holds up the process. */
  | { readonly do: "stall"; readonly millis: number; readonly framesFirst: boolean }
  /** Someone else of this process asks the host for something. */
  | { readonly do: "rest" }
  | { readonly do: "key"; readonly is: "first" | "second" | "missing" }
  /** Several at once, with nothing run between them. */
  | { readonly do: "together"; readonly steps: ReadonlyArray<Step> }
  /** Ends the session: from within, or by interrupting its reader. */
  | { readonly do: "end"; readonly session: number; readonly how: "close" | "interrupt" }

/** How one session of a script is made. */
export interface SessionSetup {
  /** What may wait for the consumer. */
  readonly bufferBytes: number
  /** What may wait in the link. */
  readonly linkBytes: number
  /** Whether the transport has pings, and can pause. */
  readonly pings: boolean
  /** Whether frames are also given to `onFrame`. */
  readonly tap: boolean
  /** How long it takes to close a link. */
  readonly closing: number
  /** Whether sending takes more than one step of a fiber. */
  readonly slowSend: boolean
  readonly maxAttempts?: number
}

/** A whole script. */
export interface Script {
  /** Of the jitter. */
  readonly seed: number
  /** How many operations a fiber does before it lets others run. */
  readonly yieldEvery: number
  readonly sessions: ReadonlyArray<SessionSetup>
  /** The key there is at first. */
  readonly key: "first" | "second" | "missing"
  /** What others asked the host for just before. */
  readonly restBefore: number
  readonly steps: ReadonlyArray<Step>
  /** How all sessions end, once they are live again. */
  readonly end: "close" | "interrupt"
  /** Whether the healed server also answers on connections it had before; otherwise those stay as they are. */
  readonly healsOld: boolean
}
