/** A span below it reports usage. */
export const USAGE_BELOW = 2
/** A span below it is an LLM call. */
export const LLM_BELOW = 4
