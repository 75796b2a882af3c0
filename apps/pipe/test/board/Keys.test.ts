import { expect, it } from "vitest"
import { Keys } from "../../src/board/screen/Keys.ts"

it("reads keys, also of sequences that come in pieces", () => {
  const keys = new Keys()
  expect(keys.read("q1\x1b[A\x1bOB\r\x7f\x03")).toEqual(["q", "1", "up", "down", "enter", "backspace", "ctrl-c"])
  expect([keys.read("\x1b"), keys.isWaiting, keys.read("["), keys.read("C")]).toEqual([[], true, [], ["right"]])
  expect(keys.isWaiting).toBe(false)
})

it("takes a lone ESC for the Escape key once nothing follows it", () => {
  const keys = new Keys()
  expect([keys.read("\x1b"), keys.flush(), keys.flush()]).toEqual([[], ["escape"], []])
})

it("leaves out sequences that are no keys of the board, and reads on after them", () => {
  expect(new Keys().read("\x1b[<0;10;10Mx\x1b[1;5Cy\x1b[200~z")).toEqual(["x", "y", "z"])
})
