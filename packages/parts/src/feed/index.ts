export * from "./feedAccess.ts"
export { type FeedSettings, openSession, type SessionSettings } from "./openSession.ts"
