// The published command is this file and the chunks beside it (tools/bundle.ts). An old Node reads this file only, and
// says which version is needed: so it imports nothing statically.
const { startCompileCache } = await import("./process/compileCache.ts")
startCompileCache()
const { start } = await import("./start.ts")
await start()
