import type { Row } from '../frameworks/row.ts'
import { ROWS } from '../frameworks/rows.ts'

/** One for each family of attributes, and for each way of reporting one call on several spans. */
const RECORDED: Readonly<Record<string, string>> = {
  'langchain-openinference': 'LangChain thread_id',
  'langgraph-openinference': 'LangGraph thread_id',
  'openai-openinference': 'OpenAI metadata',
  'openai-opentelemetry': 'OpenAI 6, OpenTelemetry',
  'openai-traceloop': 'OpenAI 7, Traceloop',
  'openai-agents-openinference': 'OpenAI Agents groupId',
  'ai-sdk-6': 'AI SDK 6 metadata',
  'ai-sdk-7': 'AI SDK 7 runtimeContext',
  langfuse: 'Langfuse',
  langsmith: 'LangSmith',
  'traceloop-sdk': 'Traceloop association properties',
  'mastra-exporter': 'Mastra exporter',
  'mastra-bridge': 'Mastra bridge',
}

/** The recordings, by file name. */
export const RECORDINGS: Readonly<Record<string, Pick<Row, 'folder' | 'program' | 'name' | 'theirsFirst'>>> =
  {
    ...Object.fromEntries(Object.entries(RECORDED).map(([file, name]) => [file, rowOf(name)])),
    ...Object.fromEntries(
      [6, 7].map((version) => [
        `ai-sdk-${version}-openinference`,
        {
          name: `AI SDK ${version} and OpenInference`,
          folder: 'common',
          program: `ai-sdk-${version}-openinference`,
          theirsFirst: true,
        },
      ]),
    ),
    'langchain-and-openai': { name: 'LangChain and OpenAI', folder: 'common', program: 'langchain-openai' },
  }

function rowOf(name: string): Row {
  const row = ROWS.find((each) => each.name === name)
  if (row === undefined) throw new Error(`test/frameworks has no row "${name}"`)
  return row
}
