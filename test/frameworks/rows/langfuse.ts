import type { Row } from '../row.ts'

/** What Langfuse's helper does beside its own, whatever is registered. */
export const LANGFUSE_ROOT: Pick<Row, 'advice' | 'beyondScope'> = {
  advice: 'nothing more; inside a scope, the same ID for both',
  beyondScope:
    "Langfuse's helper also writes on the span that is active around it: here the server's, which is outside the scope",
}
