import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { boardPicture, boardPicturePath } from "../../../../tools/boardPicture.ts"

it("the picture in the documents is what the board shows of its seeded run", () => {
  const isCurrent = readFileSync(boardPicturePath, "utf8") === boardPicture()
  expect(isCurrent, "make it anew: node --conditions=@boltodds/source tools/boardPicture.ts").toBe(true)
})
