/** What is known of options before anything is opened, without the client of NATS. */
export { type NatsCheckable, natsHosts, type NatsProblem, natsProblems } from "./natsProblems.ts"
