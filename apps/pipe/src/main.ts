// The published command is this file and the chunks beside it (tools/bundle.ts). An old Node reads this file only, and
// says which version is needed: so it imports nothing statically.
const { start } = await import("./start.ts")
await start()
