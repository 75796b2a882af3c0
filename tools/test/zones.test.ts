import { describe, expect, it } from "vitest"
import { checkZones, localUses } from "../zones.ts"

describe("the rule on time zones and languages", () => {
  it("names what reads a text in the machine's zone", () => {
    const source = `export const a = Date.parse(message.timestamp)
export const b = new Date(message.timestamp)
export const c = new Date(sentAt + "Z")
export const d = new Date(2026, 6, 16)
export const e = new Date(\`\${day}T00:00\`)`
    expect(localUses("File.ts", source)).toEqual([
      "File.ts:1: Date.parse reads a time without a zone in the machine's; use parseTimestamp or parseStartsAt",
      "File.ts:2: new Date(message.timestamp) may depend on the machine; use Date.UTC or parseTimestamp",
      `File.ts:3: new Date(sentAt + "Z") may depend on the machine; use Date.UTC or parseTimestamp`,
      "File.ts:4: new Date(2026) may depend on the machine; use Date.UTC or parseTimestamp",
      "File.ts:5: new Date(`${day}T00:00`) may depend on the machine; use Date.UTC or parseTimestamp",
    ])
  })

  it("names what writes in the machine's zone or language", () => {
    const source = `export const a = date.getHours()
export const b = [x].sort((a, b) => a.localeCompare(b))
export const c = n.toLocaleString()
export const d = new Intl.NumberFormat()
export const e = new Intl.DateTimeFormat("en")
export const f = process.env["TZ"]`
    expect(localUses("File.ts", source).map((text) => text.slice(8, text.indexOf(" depend") + 7))).toEqual([
      "1: getHours depend",
      "2: localeCompare depend",
      "3: toLocaleString depend",
      "4: Intl.NumberFormat depend",
      "5: Intl.DateTimeFormat depend",
      "1: TZ is the machine's; nothing may depend",
    ].map((text) => text))
  })

  it("passes numbers of milliseconds, UTC, and named languages", () => {
    const source = `export const a = new Date(at).toISOString()
export const b = new Date(Date.UTC(2026, 6, 16)).getUTCDate()
export const c = new Date(frame.at)
export const d = new Date(1_767_225_600_000 + seq)
export const e = new Intl.NumberFormat("en").format(1)
export const f = new Intl.DateTimeFormat("en", { timeZone: "UTC" })
export const g = new Date()`
    expect(localUses("File.ts", source)).toEqual([])
  })

  it("holds for every library and app", () => {
    expect(checkZones()).toEqual([])
  })
})
