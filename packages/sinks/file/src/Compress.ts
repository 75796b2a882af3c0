/** How files are compressed. */
export type Compress = "none" | "gzip" | "zstd"
