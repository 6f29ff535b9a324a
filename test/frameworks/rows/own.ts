import type { Row } from '../row.ts'

/** No library: what docs/migration/own-processor.md shows. */
export const OWN: readonly Row[] = [
  {
    name: 'Thirty lines of your own',
    folder: 'common',
    program: 'thirty-lines',
    way: 'a context key, a helper and a span processor',
    remark: "without us, the server's span has none: it starts before the session is known",
  },
]
