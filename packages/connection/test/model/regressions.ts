/**
 * The scripts that once broke a rule, each with what it showed. They are kept as data, so that they stay what they were
 * when the generator changes; the seed is the one that found them then.
 */
import type { Script } from "./Script.ts"

export interface Regression {
  /** What holds now. */
  readonly holds: string
  readonly script: Script
}

export const regressions: ReadonlyArray<Regression> = [
  {
    holds: "a clock that jumps while we dial does not end the connection that opens after it",
    script: {
      seed: 3,
      yieldEvery: 2048,
      sessions: [{ bufferBytes: 5000, linkBytes: 4194304, pings: true, tap: false, closing: 0, slowSend: false }],
      key: "first",
      restBefore: 0,
      steps: [{ do: "wall", millis: -3600000 }],
      end: "close",
      healsOld: true,
    },
  },
  {
    holds: "new filters do not make a paused session live",
    script: {
      seed: 5,
      yieldEvery: 2048,
      sessions: [{ bufferBytes: 40000, linkBytes: 500, pings: true, tap: false, closing: 0, slowSend: false }, {
        bufferBytes: 5000,
        linkBytes: 500,
        pings: true,
        tap: false,
        closing: 0,
        slowSend: false,
      }],
      key: "first",
      restBefore: 0,
      steps: [
        { do: "reader", session: 1, reads: false },
        { do: "wait", millis: 29000 },
        { do: "wait", millis: 25001 },
        { do: "filters", session: 1, set: 4 },
      ],
      end: "close",
      healsOld: true,
    },
  },
  {
    holds: "onFrame is shown nothing while an ended session still closes its link",
    script: {
      seed: 17,
      yieldEvery: 2048,
      sessions: [{ bufferBytes: 40000, linkBytes: 8000, pings: true, tap: true, closing: 700, slowSend: false }],
      key: "first",
      restBefore: 0,
      steps: [
        { do: "wait", millis: 9000 },
        { do: "key", is: "missing" },
        { do: "close", session: 0, how: "oversize" },
        { do: "wait", millis: 1001 },
        { do: "wait", millis: 3000 },
      ],
      end: "close",
      healsOld: true,
    },
  },
  {
    holds: "a key that was there, and is gone for a moment, does not end a session that never had data",
    script: {
      seed: 71,
      yieldEvery: 2048,
      sessions: [{ bufferBytes: 1000, linkBytes: 8000, pings: true, tap: false, closing: 0, slowSend: false }, {
        bufferBytes: 40000,
        linkBytes: 4194304,
        pings: true,
        tap: false,
        closing: 0,
        slowSend: false,
      }],
      key: "first",
      restBefore: 0,
      steps: [
        { do: "key", is: "missing" },
        { do: "manner", session: 1, manner: "mute" },
        { do: "stall", millis: 2500, framesFirst: false },
        { do: "close", session: 1, how: "oversize" },
        { do: "wait", millis: 12000 },
      ],
      end: "close",
      healsOld: true,
    },
  },
  {
    holds: "a connection that was just given up is not diagnosed",
    script: {
      seed: 104,
      yieldEvery: 4,
      sessions: [{ bufferBytes: 1000, linkBytes: 8000, pings: true, tap: false, closing: 0, slowSend: false }],
      key: "first",
      restBefore: 0,
      steps: [
        { do: "wait", millis: 20000 },
        { do: "filters", session: 2, set: 2 },
        { do: "close", session: 2, how: "overflow" },
        { do: "stall", millis: 29500, framesFirst: false },
        { do: "stall", millis: 29500, framesFirst: false },
        { do: "stall", millis: 31000, framesFirst: false },
      ],
      end: "close",
      healsOld: true,
    },
  },
  {
    holds: "time in which we did not read is no time without data",
    script: {
      seed: 124,
      yieldEvery: 2048,
      sessions: [{ bufferBytes: 40000, linkBytes: 500, pings: true, tap: false, closing: 0, slowSend: false }, {
        bufferBytes: 1000,
        linkBytes: 8000,
        pings: true,
        tap: false,
        closing: 0,
        slowSend: false,
      }],
      key: "first",
      restBefore: 0,
      steps: [{ do: "wait", millis: 44000 }, { do: "wall", millis: 6000 }, { do: "reader", session: 1, reads: false }, {
        do: "filters",
        session: 1,
        set: 2,
      }, { do: "wait", millis: 20000 }],
      end: "close",
      healsOld: true,
    },
  },
  {
    holds: "a pause before the server accepted is told in the epoch it accepts, not before",
    script: {
      seed: 135,
      yieldEvery: 2048,
      sessions: [{ bufferBytes: 5000, linkBytes: 4194304, pings: true, tap: false, closing: 0, slowSend: false }],
      key: "first",
      restBefore: 0,
      steps: [{ do: "latency", session: 0, millis: 7000 }, { do: "stall", millis: 20000, framesFirst: false }, {
        do: "stall",
        millis: 6000,
        framesFirst: false,
      }],
      end: "close",
      healsOld: true,
    },
  },
  {
    holds: "a stop too short to tell does not leave a transport without pings behind until its next frame",
    script: {
      seed: 194,
      yieldEvery: 4,
      sessions: [{ bufferBytes: 5000, linkBytes: 4194304, pings: true, tap: false, closing: 0, slowSend: false }, {
        bufferBytes: 1000,
        linkBytes: 8000,
        pings: false,
        tap: false,
        closing: 0,
        slowSend: false,
      }],
      key: "first",
      restBefore: 0,
      steps: [{ do: "wait", millis: 2100 }, { do: "stall", millis: 29500, framesFirst: false }],
      end: "interrupt",
      healsOld: false,
    },
  },
  {
    holds: "a pause is told once, however it ends",
    script: {
      seed: 313,
      yieldEvery: 2048,
      sessions: [{ bufferBytes: 5000, linkBytes: 8000, pings: false, tap: false, closing: 0, slowSend: false }],
      key: "first",
      restBefore: 0,
      steps: [{ do: "wait", millis: 1900 }, { do: "stall", millis: 1500, framesFirst: false }, {
        do: "stall",
        millis: 31000,
        framesFirst: true,
      }],
      end: "close",
      healsOld: true,
    },
  },
  {
    holds: "a key that was replaced while the limiter held us up is read again",
    script: {
      seed: 340,
      yieldEvery: 2048,
      sessions: [{ bufferBytes: 40000, linkBytes: 500, pings: true, tap: false, closing: 0, slowSend: false }],
      key: "first",
      restBefore: 10,
      steps: [{ do: "key", is: "missing" }, { do: "wait", millis: 61000 }],
      end: "interrupt",
      healsOld: false,
    },
  },
  {
    holds: "pings go on while answers are missing, so that one lost answer is made good by the next",
    script: {
      seed: 18,
      yieldEvery: 2048,
      sessions: [{ bufferBytes: 5000, linkBytes: 500, pings: true, tap: false, closing: 0, slowSend: false }],
      key: "first",
      restBefore: 0,
      steps: [{ do: "pongs", session: 0, after: "never" }, { do: "wait", millis: 15000 }],
      end: "close",
      healsOld: true,
    },
  },
  {
    holds: "what is subscribed on a link that has closed unseen is told before its end or not at all",
    script: {
      seed: 130,
      yieldEvery: 2048,
      sessions: [{ bufferBytes: 1000, linkBytes: 500, pings: true, tap: false, closing: 0, slowSend: false }],
      key: "first",
      restBefore: 0,
      steps: [{ do: "reader", session: 0, reads: false }, { do: "wait", millis: 25001 }, {
        do: "close",
        session: 0,
        how: "overflow",
      }, { do: "filters", session: 0, set: 2 }],
      end: "close",
      healsOld: true,
    },
  },
  {
    holds: "new filters do not end silence",
    script: {
      seed: 230,
      yieldEvery: 2048,
      sessions: [{ bufferBytes: 40000, linkBytes: 8000, pings: true, tap: false, closing: 0, slowSend: false }],
      key: "first",
      restBefore: 0,
      steps: [{ do: "manner", session: 0, manner: "mute" }, { do: "wait", millis: 33000 }, {
        do: "filters",
        session: 0,
        set: 2,
      }],
      end: "close",
      healsOld: true,
    },
  },
  {
    holds: "onFrame is shown nothing before it is told how long we had not read",
    script: {
      seed: 3814,
      yieldEvery: 2048,
      sessions: [{ bufferBytes: 1000, linkBytes: 500, pings: true, tap: true, closing: 0, slowSend: false }],
      key: "first",
      restBefore: 0,
      steps: [
        { do: "manner", session: 0, manner: "pings_only" },
        { do: "stall", millis: 2500, framesFirst: false },
        { do: "answer", session: 0, answer: { kind: "refuse", status: 500, retryAfter: 90 } },
        { do: "close", session: 0, how: "going_away" },
        { do: "wait", millis: 29000 },
        { do: "wait", millis: 25001 },
        { do: "wait", millis: 24999 },
        { do: "answer", session: 0, answer: { kind: "accept", after: 0, ack: 0 } },
        { do: "reader", session: 0, reads: false },
        { do: "wait", millis: 9000 },
        { do: "stall", millis: 20000, framesFirst: true },
        { do: "wait", millis: 10000 },
        { do: "stall", millis: 31000, framesFirst: true },
      ],
      end: "close",
      healsOld: true,
    },
  },
  {
    holds: "filters that are set in the very moment in which the server accepts are sent once",
    script: {
      seed: 7515,
      yieldEvery: 9,
      sessions: [{ bufferBytes: 1000, linkBytes: 500, pings: true, tap: false, closing: 0, slowSend: false }],
      key: "first",
      restBefore: 0,
      steps: [
        { do: "answer", session: 0, answer: { kind: "accept", after: 0, ack: "never" } },
        { do: "wait", millis: 0 },
        { do: "close", session: 0, how: "clean" },
        { do: "wait", millis: 5001 },
        {
          do: "together",
          steps: [{ do: "filters", session: 0, set: 3 }, {
            do: "send",
            session: 0,
            frames: ["data", "echo", "data", "error"],
            bytes: 300,
          }],
        },
      ],
      end: "interrupt",
      healsOld: false,
    },
  },
]
