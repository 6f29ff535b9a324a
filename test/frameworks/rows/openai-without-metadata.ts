import type { Row } from '../row.ts'

/** Instrumentations of the OpenAI SDK that drop a request's `metadata`. */
export const OPENAI_WITHOUT_METADATA: readonly Row[] = [
  {
    name: 'OpenAI 6, OpenTelemetry',
    folder: 'common',
    program: 'openai-otel',
    way: "the request's `metadata.session_id`",
    remark: 'the instrumentation drops it',
  },
  {
    name: 'OpenAI 7, Traceloop',
    folder: 'common',
    program: 'openai-traceloop',
    way: "the request's `metadata.session_id`",
    remark: 'the instrumentation drops it; the streamed request starts when the answer is read',
  },
]
