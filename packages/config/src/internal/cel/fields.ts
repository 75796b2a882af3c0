/** The fields of records that expressions can name. */
import type { EmitPlugin, FieldInside, FieldKind, RecordFields } from "../../Plugin.ts"

/** What expressions must know of an emit. */
export type EmitRecords = Pick<EmitPlugin, "name" | "fields" | "isOpen">

/** What an expression about the records of this emit can name. */
export const fieldsOf = ({ fields }: EmitRecords): RecordFields => fields ?? {}

/** Whether a field is in an object of the record. */
export const isInside = (kind: FieldKind): kind is FieldInside => typeof kind === "object" && "inside" in kind

/** A record as expressions see it. */
export interface RecordView {
  record: unknown
}

type Bag = { readonly [name: string]: unknown } | null | undefined

/** Makes a view of the records of an emit: fields that are absent are null, flags that are absent are false. */
export const makeView = (emit: EmitRecords): RecordView => {
  const view: RecordView = { record: undefined }
  for (const [name, field] of Object.entries(fieldsOf(emit))) {
    const { kind, inside } = isInside(field) ? field : { kind: field, inside: undefined }
    const nothing = kind === "flag" ? false : null
    const read = inside === undefined
      ? (): unknown => (view.record as Bag)?.[name] ?? nothing
      : (): unknown => ((view.record as Bag)?.[inside] as Bag)?.[name] ?? nothing
    Object.defineProperty(view, name, { get: read, enumerable: true })
  }
  return view
}
