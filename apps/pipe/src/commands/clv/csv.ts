/** Comma-separated values (RFC 4180). */

/** The cells of the rows of a text, with the number of the line on which each row begins. */
export const rowsOf = (
  text: string,
): ReadonlyArray<{ readonly line: number; readonly cells: ReadonlyArray<string> }> => {
  const rows: Array<{ readonly line: number; readonly cells: ReadonlyArray<string> }> = []
  let cells: Array<string> = []
  let cell = ""
  let isQuoted = false
  let line = 1
  let begun = 1
  const endCell = (): void => {
    cells.push(cell)
    cell = ""
  }
  const endRow = (): void => {
    endCell()
    // A line without anything in it is no row.
    if (cells.length > 1 || cells[0]!.trim() !== "") rows.push({ line: begun, cells })
    cells = []
    begun = line
  }
  for (let at = text.startsWith("\uFEFF") ? 1 : 0; at < text.length; at++) {
    const character = text[at]!
    if (character === "\n") line++
    if (isQuoted) {
      if (character !== '"') cell += character
      else if (text[at + 1] === '"') cell += text[++at]!
      else isQuoted = false
    } else if (character === '"' && cell === "") isQuoted = true
    else if (character === ",") endCell()
    else if (character === "\n") endRow()
    else if (character !== "\r") cell += character
  }
  endRow()
  return rows
}
