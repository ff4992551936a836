/** An instant as milliseconds since 1970-01-01T00:00:00Z: the only form of time in domain/ and workflows/. */
export type Instant = number;
