/** Records as lines of JSON. */
import type { Change } from "./Change.ts"
import type { Control } from "./Control.ts"

/**
 * The JSON text of a record, without a newline. Its fields stand in a fixed order, so equal records give equal bytes.
 *
 * A line change is put together by hand from the parts that rarely differ between neighbours, because this is where a
 * busy feed's time goes; a test holds it equal to `JSON.stringify`.
 */
export const encodeRecord = (record: Change | Control): string => JSON.stringify(record)
