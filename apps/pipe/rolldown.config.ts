import { bundle } from "../../tools/bundle.ts"

export default bundle("boltodds-pipe")
