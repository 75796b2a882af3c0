/** What a session needs of Node, Deno or Bun: the transport on `ws`, proxies, and what lives in files. */
export * from "./connect.ts"
export * from "./frameLimit.ts"
export * from "./keyFromFile.ts"
export * from "./machineLimiter.ts"
export * from "./nodeGet.ts"
export * from "./stateFolder.ts"
export * from "./wsTransport.ts"
