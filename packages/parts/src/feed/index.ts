export * from "./feedKey.ts"
export * from "./Machine.ts"
export { type FeedSettings, openSession, type SessionSettings } from "./openSession.ts"
