import type { Row } from '../row.ts'

export const OPENAI: readonly Row[] = [
  {
    name: 'OpenAI metadata',
    folder: 'common',
    program: 'openai-metadata',
    way: "the request's `metadata.session_id`",
    remark: 'the instrumentation hides it in the JSON of the request',
  },
  {
    name: 'OpenAI setSession',
    folder: 'common',
    program: 'openai-set-session',
    way: "OpenInference's `setSession`",
  },
  {
    name: 'OpenAI setMetadata',
    folder: 'common',
    program: 'openai-set-metadata',
    way: "OpenInference's `setMetadata` with a `thread_id`",
  },
]
