/** Measures of the picture, in its own units. */
export interface Layout {
  width: number
  margin: number
  /** Height of a row of the tree. */
  row: number
  /** Distance between a span and its children. */
  indent: number
  font: number
  title: number
  /** Width of the column of one run. */
  cell: number
  /** Titles of the two columns. */
  headings: readonly [string, string]
  count(carrying: number, spans: number): string
  /** The text of a span that carries the session, and of one that carries none. */
  words(session: string): { carrying: string; missing: string }
  /** The lines below the headline. */
  explanation(without: string, request: string): readonly string[]
}

export const LAYOUTS: Readonly<Record<'wide' | 'narrow', Layout>> = {
  wide: {
    width: 700,
    margin: 28,
    row: 26,
    indent: 20,
    font: 14.5,
    title: 25,
    cell: 182,
    headings: ['without otel-sessions', 'with usingSession'],
    count: (carrying, spans) => `${carrying} of ${spans} spans`,
    words: (session) => ({ carrying: session, missing: 'no session' }),
    explanation: (without, request) => [`${without} This is one request, ${request}`],
  },
  narrow: {
    width: 420,
    margin: 16,
    row: 27,
    indent: 14,
    font: 13,
    title: 19,
    cell: 84,
    headings: ['without', 'with'],
    count: (carrying, spans) => `${carrying} of ${spans}`,
    words: () => ({ carrying: 'session', missing: 'none' }),
    explanation: (without, request) => [without, `This is one request, ${request}`],
  },
}
