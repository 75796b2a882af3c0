export * from "./heap.ts"
export * from "./RecordedLines.ts"
export * from "./zstdFrames.ts"
