/** What a session needs of Node, Deno or Bun: the transport on `ws`, and what lives in files. */
export * from "./FrameLimit.ts"
export * from "./WsTransport.ts"
