import type { Row } from '../row.ts'

/** Instrumentations of the OpenAI SDK that put nothing of a request's `metadata` on a span. */
export const OPENAI_BARE: readonly Row[] = [
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
    remark: 'the instrumentation drops it; the streamed request is made when the answer is read',
  },
]
