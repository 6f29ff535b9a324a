import type { Row } from '../row.ts'
import { LANGFUSE_ROOT } from './langfuse.ts'

/** Libraries of backends that trace for them, and a framework with an exporter of its own. */
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
    advice: 'the bridge; the HTTP spans, in traces of their own, only a scope reaches',
    beyondScope:
      'its spans pass no span processor, so the exporter alone reads what names them, long after the scope was left',
  },
  {
    name: 'Mastra bridge',
    folder: 'mastra-bridge',
    program: 'mastra-bridge',
    way: '`metadata.threadId`',
    remark: 'with a `threadId` in the metadata only the span of the agent names it, when it ends',
  },
]
