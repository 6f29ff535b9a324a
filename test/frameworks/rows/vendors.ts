import type { Row } from '../row.ts'
import { LANGFUSE_ROOT } from './langfuse.ts'

/** Tracing libraries of backends, and a framework with its own exporter. */
export const VENDORS: readonly Row[] = [
  {
    name: 'Langfuse',
    folder: 'common',
    program: 'langfuse',
    way: '`propagateAttributes`',
    ...LANGFUSE_ROOT,
  },
  {
    name: 'Langfuse without its processor',
    folder: 'common',
    program: 'langfuse-without-processor',
    way: '`propagateAttributes`',
    ...LANGFUSE_ROOT,
  },
  {
    name: 'LangSmith',
    folder: 'common',
    program: 'langsmith',
    way: '`metadata.thread_id` of a `traceable`',
    remark: "its spans end after the server's, in the background",
  },
  {
    name: 'Traceloop association properties',
    folder: 'traceloop',
    program: 'association-properties',
    way: '`withAssociationProperties`',
  },
  {
    name: 'Traceloop conversation',
    folder: 'traceloop',
    program: 'conversation',
    way: '`withConversation`',
  },
  {
    name: 'Mastra exporter',
    folder: 'mastra',
    program: 'mastra',
    way: '`metadata.threadId`',
    advice: 'use the bridge',
    beyondScope:
      'its own spans bypass span processors, and keep the `threadId` in a scope; the HTTP spans are in separate traces, ' +
      'which only a scope reaches',
  },
  {
    name: 'Mastra bridge',
    folder: 'mastra-bridge',
    program: 'mastra-bridge',
    way: '`metadata.threadId`',
    remark: 'with a `threadId` in the metadata only the span of the agent has it, when it ends',
  },
]
