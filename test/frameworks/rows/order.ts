import type { Row } from '../row.ts'
import { LANGFUSE_ROOT } from './langfuse.ts'

interface Library {
  readonly name: string
  readonly program: string
  readonly way: string
  /** The differences for the user, by the order of registration. */
  readonly before: Pick<Row, 'advice' | 'remark' | 'beyondScope'>
  readonly after: Pick<Row, 'advice' | 'remark' | 'beyondScope'>
}

const LIBRARIES: readonly Library[] = [
  {
    name: 'OpenInference processor',
    program: 'order-openinference',
    way: '`setSession`',
    before: { remark: 'the scope replaces the ID that the processor stamps at start, which is not kept' },
    after: { remark: 'the scope is restored after the processor overwrites it, and the other ID is kept' },
  },
  {
    name: 'Langfuse processor',
    program: 'order-langfuse',
    way: '`propagateAttributes`',
    before: LANGFUSE_ROOT,
    after: LANGFUSE_ROOT,
  },
  {
    name: 'Baggage processor',
    program: 'order-baggage',
    way: 'a baggage entry `session.id`',
    before: {
      advice: 'register ours first',
      beyondScope:
        'a `session.id` that is on a span before ours runs counts as explicitly set, and takes precedence over the ' +
        "scope; the server's span, around both, then has children that disagree, and gets none. Register ours first",
    },
    after: {},
  },
]

/** The same OpenAI turn under OpenInference's instrumentation, with another library's processor. */
export const ORDER: readonly Row[] = LIBRARIES.flatMap(({ name, program, way, before, after }) => {
  const row = { folder: 'common', program, way }
  return [
    { ...row, name: `${name} before ours`, theirsFirst: true, ...before },
    { ...row, name: `${name} after ours`, ...after },
  ]
})
