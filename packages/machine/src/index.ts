export * from "./folders.ts"
export * from "./processes.ts"
export * from "./slots.ts"
export * from "./smallFiles.ts"
