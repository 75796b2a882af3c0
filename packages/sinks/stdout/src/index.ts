export * from "./Stdout.ts"
