import type { Row } from '../row.ts'

/** A side effect of Langfuse's helper, with or without its processor. */
export const LANGFUSE_ROOT: Pick<Row, 'advice' | 'beyondScope'> = {
  advice: 'nothing more; inside a scope, the same ID for both',
  beyondScope:
    "Langfuse's helper also writes to the active span around it: here the server's, which is outside the scope",
}
