export * from "./optionSchemas.ts"
export * from "./Envelope.ts"
export * from "./Sink.ts"
export * from "./Store.ts"
