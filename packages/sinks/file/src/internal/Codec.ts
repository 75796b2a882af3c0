/** How text becomes the bytes of a file, and how a file that was cut off anywhere becomes whole again. */
import type { FileHandle } from "node:fs/promises"

/** What an unfinished member of a file holds so far. */
export interface MemberTotals {
  /** CRC-32 of the text. */
  readonly crc: number
  /** The text's bytes. */
  readonly length: number
}

/** Compresses one member of a file, one piece after another. */
export interface Encoder {
  /** The bytes that hold this piece; with all before, they can be read to its end, whatever comes after them. */
  readonly add: (piece: Buffer) => Promise<Buffer>
  readonly close: () => void
}

/** What is whole at the beginning of a file. */
export interface Sound {
  /** Bytes to keep: whole lines. What is after them is torn. */
  readonly keep: number
  /** What must follow them so that the file ends well, whole lines of the torn part included. */
  readonly end: Buffer
  /** How many lines of the torn part are in `end`. */
  readonly rescuedLines: number
}

/**
 * A form of files: one member after another, each of which begins with `begin`, goes on with what an encoder gives, and
 * finishes with `end`. A member is finished without its encoder: so one whose encoder is lost (a write failed, the file
 * was closed, the process died) is finished all the same.
 */
export interface Codec {
  readonly encoder: () => Encoder
  readonly begin: Buffer
  readonly end: (tally: MemberTotals) => Buffer
  /** Whether members need to be finished at all. */
  readonly hasMembers: boolean
  /** Looks for what is whole; undefined where the file begins with something that this form never writes. */
  readonly findSound: (file: FileHandle, size: number) => Promise<Sound | undefined>
}

/** A member is finished once it holds this much text: so much is read into memory to repair it. */
export const memberBytes = 8 * 1024 * 1024
