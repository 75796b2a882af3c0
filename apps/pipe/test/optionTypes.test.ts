/** Options of the libraries take undefined for "not given": `connect({ url: process.env.BOLTODDS_URL })` is no type error. */
import type * as connection from "@boltodds/connection"
import type * as node from "@boltodds/connection/node"
import type * as outbox from "@boltodds/outbox"
import type * as pipeline from "@boltodds/pipeline"
import type * as simulator from "@boltodds/simulator"
import type * as lane from "@boltodds/lane"
import type * as file from "@boltodds/sink-file"
import type * as stdout from "@boltodds/sink-stdout"
import type * as webhook from "@boltodds/sink-webhook"
import type * as state from "@boltodds/state"
import { expectTypeOf, it } from "vitest"

type OptionalKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T]

/** The optional fields that do not take undefined. */
type Refusing<T> = {
  [K in OptionalKeys<T>]: Record<K & string, undefined> extends Pick<T, K> ? never : K
}[OptionalKeys<T>]

it("take undefined in every optional field", () => {
  expectTypeOf<Refusing<{ readonly a?: string; readonly b?: string | undefined }>>().toEqualTypeOf<"a">()
  expectTypeOf<Refusing<connection.ConnectOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<connection.SessionOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<connection.CatalogOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<connection.ShardsOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<connection.ShareOptions<unknown>>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<connection.WebTransportOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<node.WsTransportOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<node.MachineLimiterOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<node.MachineOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<node.MachineLeasesOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<node.CatalogCacheOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<state.StateOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<lane.LaneOptions<unknown>>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<webhook.WebhookOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<file.FileOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<stdout.StdoutOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<outbox.OutboxOptions<unknown>>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<outbox.RedriveOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<pipeline.RunOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<pipeline.RouteOptions<unknown, unknown, never>>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<pipeline.ReplayOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<simulator.SimulatorOptions>>().toEqualTypeOf<never>()
  expectTypeOf<Refusing<simulator.WorldOptions>>().toEqualTypeOf<never>()
})
