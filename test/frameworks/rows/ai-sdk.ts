import type { Row } from '../row.ts'

export const AI_SDK: readonly Row[] = [
  {
    name: 'AI SDK 7 runtimeContext',
    folder: 'common',
    program: 'ai-sdk-7-runtime-context',
    way: '`runtimeContext.sessionId`, with the opt-in on both sides',
  },
  {
    name: 'AI SDK 7 enrichSpan',
    folder: 'common',
    program: 'ai-sdk-7-enrich-span',
    way: '`enrichSpan` returns `session.id`',
    advice: "nothing more; inside a scope, return the scope's ID",
    beyondScope:
      'a `session.id` among the start attributes is explicitly set, and takes precedence over the scope',
  },
  {
    name: 'AI SDK 6 metadata',
    folder: 'common',
    program: 'ai-sdk-6',
    way: '`experimental_telemetry.metadata.sessionId`',
  },
]
