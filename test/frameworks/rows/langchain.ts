import type { Row } from '../row.ts'

export const LANGCHAIN: readonly Row[] = [
  {
    name: 'LangChain thread_id',
    folder: 'common',
    program: 'langchain-thread-id',
    way: '`metadata.thread_id`',
  },
  {
    name: 'LangChain session_id',
    folder: 'common',
    program: 'langchain-session-id',
    way: '`metadata.session_id`',
  },
  {
    name: 'LangChain without an ID',
    folder: 'common',
    program: 'langchain-scope',
    way: 'nothing but the scope',
  },
  {
    name: 'LangGraph thread_id',
    folder: 'common',
    program: 'langgraph-thread-id',
    way: '`configurable.thread_id`',
  },
]
