export * from "./File.ts"
export * from "./FileError.ts"
export * from "./FileOptions.ts"
export * from "./PathTemplate.ts"
