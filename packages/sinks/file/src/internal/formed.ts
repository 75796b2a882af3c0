/** Envelopes with the text of a form, as they stand in files. */
import type { Envelope } from "@boltodds/sink"
import type { LineForm } from "../LineForm.ts"

/** The same envelope with the line of a form. One without a line has an empty text. */
export const formed = (
  envelope: Envelope<unknown>,
  { lineOf }: LineForm,
  ownRun: string | undefined,
): Envelope<unknown> => {
  const { _tag, value, seq, part, origin, run, at, session, epoch, last } = envelope
  const stamp = { seq, part, origin, run, at, session, epoch, last, text: lineOf(envelope, ownRun) ?? "" }
  return _tag === "Record" ? { ...stamp, _tag, value } : { ...stamp, _tag, value }
}

/** The lines that are written: those with a text. */
export const writtenOf = (lines: ReadonlyArray<string>, form: LineForm | undefined): ReadonlyArray<string> =>
  form === undefined ? lines : lines.filter((line) => line !== "")

/** The bytes of some lines, after the header where they begin a file. */
export const bytesOf = (
  lines: ReadonlyArray<string>,
  { header, end = "\n" }: Pick<LineForm, "header" | "end"> = {},
  isFirst: boolean,
): Buffer => Buffer.from((isFirst && header !== undefined ? [header, ...lines] : lines).join(end) + end)
