import type { Row } from '../row.ts'
import { LANGFUSE_ROOT } from './langfuse.ts'

interface Library {
  readonly name: string
  readonly program: string
  readonly way: string
  /** What differs for the user, by the order. */
  readonly before: Pick<Row, 'advice' | 'remark' | 'beyondScope'>
  readonly after: Pick<Row, 'advice' | 'remark' | 'beyondScope'>
}

const LIBRARIES: readonly Library[] = [
  {
    name: 'OpenInference processor',
    program: 'order-openinference',
    way: '`setSession`',
    before: { remark: 'what the processor stamps at start is replaced by the scope, and not kept' },
    after: { remark: 'what the processor stamps over the scope is put back, and kept' },
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
        'what is on a span when ours sees it start is taken for the word of the application, and beats the scope; ' +
        'the server, around both, then has children that disagree, and none. Register ours first',
    },
    after: {},
  },
]

/** The same OpenAI turn under OpenInference's instrumentation, beside another library's processor. */
export const ORDER: readonly Row[] = LIBRARIES.flatMap(({ name, program, way, before, after }) => {
  const row = { folder: 'common', program, way }
  return [
    { ...row, name: `${name} before ours`, theirsFirst: true, ...before },
    { ...row, name: `${name} after ours`, ...after },
  ]
})
