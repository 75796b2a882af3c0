import { pageText } from "@boltodds/text"
import { expect, it } from "vitest"

it("says of a page its title, or its text without tags, on one line and of bounded length", () => {
  expect(pageText("<html><head><title>\n Access denied </title></head><body>no</body></html>")).toBe("Access denied")
  expect(pageText("<style>p{}</style><p>Access\n <b>denied</b>\u001b[2J\u202e</p><script>alert(1)</script>")).toBe(
    "Access denied [2J",
  )
  expect(pageText("plain words")).toBe("plain words")
  expect(pageText("<p>cut off in a ta")).toBe("cut off in a ta")
  expect(pageText("x".repeat(300))).toBe(`${"x".repeat(200)}…`)
})
