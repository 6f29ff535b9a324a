import type { Row } from '../row.ts'

const LIBRARIES = [
  { name: 'OpenInference processor', program: 'order-openinference', way: '`setSession`' },
  { name: 'Langfuse processor', program: 'order-langfuse', way: '`propagateAttributes`' },
  { name: 'Baggage processor', program: 'order-baggage', way: 'a baggage entry `session.id`' },
] as const

/** The same OpenAI turn under OpenInference's instrumentation, beside another library's processor. */
export const ORDER: readonly Row[] = LIBRARIES.flatMap(({ name, program, way }) =>
  [true, false].map((theirsFirst) => ({
    name: `${name} ${theirsFirst ? 'before' : 'after'} ours`,
    folder: 'common',
    program,
    way,
    theirsFirst,
  })),
)
