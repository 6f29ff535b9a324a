import type { Row } from '../row.ts'

export const AGENTS: readonly Row[] = [
  {
    name: 'OpenAI Agents groupId',
    folder: 'common',
    program: 'agents-group-id',
    way: '`groupId` of the run',
    remark: 'the instrumentation drops it',
  },
  {
    name: 'OpenAI Agents getCurrentTrace',
    folder: 'common',
    program: 'agents-group-id-processor',
    way: '`groupId`, and a span processor that asks `getCurrentTrace()` for it',
  },
]
