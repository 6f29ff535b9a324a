import type { Question } from './checks/search.ts'

const ask = (asks: string, ...pages: string[]): Question => ({ asks, pages })

/** What users of tracing libraries ask, in their words. */
export const QUESTIONS: readonly Question[] = [
  ask('sessions page is empty', '/guide/troubleshooting', '/guide/faq'),
  ask('session id only on root span', '/guide/troubleshooting', '/guide/faq'),
  ask('child spans missing session', '/guide/troubleshooting', '/guide/faq'),
  ask('thread_id', '/reference/aliases', '/frameworks/langchain', '/guide/faq'),
  ask('streaming loses session', '/guide/streams', '/guide/troubleshooting', '/guide/faq'),
  ask('shutdown hangs collector down', '/guide/delivery', '/guide/troubleshooting', '/guide/faq'),
  ask('AI SDK 7 metadata sessionId', '/frameworks/ai-sdk', '/guide/faq'),
  ask('LangSmith thread', '/frameworks/langsmith', '/guide/backends', '/reference/backends'),
  ask('cost $0.00', '/guide/usage-and-cost', '/guide/troubleshooting', '/guide/faq'),
  ask('hash user id', '/guide/privacy', '/reference/session-ids'),
  ask('serverless flush', '/guide/entering-a-session', '/guide/troubleshooting', '/guide/faq'),
  ask(
    'Langfuse sessionId not on all observations',
    '/frameworks/langfuse',
    '/migration/langfuse',
    '/guide/backends',
  ),
  ask('OpenAI Agents group id', '/frameworks/openai-agents'),
  ask('context lost in async generator', '/guide/streams', '/reference/streams', '/guide/troubleshooting'),
  ask('queue worker job session', '/guide/entering-a-session', '/guide/troubleshooting', '/guide/faq'),
  ask(
    'session id longer than 200 characters',
    '/reference/session-ids',
    '/guide/faq',
    '/guide/troubleshooting',
  ),
  ask('spans lost on restart', '/guide/delivery', '/guide/troubleshooting'),
  ask('tail sampling collector', '/guide/sampling'),
  ask(
    'set session id midway through request',
    '/guide/entering-a-session',
    '/guide/faq',
    '/guide/troubleshooting',
  ),
  ask('Mastra threadId', '/frameworks/mastra'),
  ask('baggage leak third party', '/guide/privacy', '/frameworks/baggage'),
  ask('Node 18 support', '/runtimes'),
  ask('overhead per span', '/cost'),
  ask('end session on SIGTERM', '/guide/session-object'),
  ask('OTEL_SESSION_ID', '/reference/environment', '/guide/entering-a-session'),
  ask('401 unauthorized', '/guide/troubleshooting', '/guide/backends', '/guide/delivery'),
  ask('context:no-manager', '/guide/troubleshooting'),
  ask('session-id:not-ascii', '/guide/troubleshooting'),
  ask('express middleware', '/frameworks/express', '/guide/entering-a-session'),
  ask(
    'usingSession',
    '/guide/entering-a-session',
    '/guide/getting-started',
    '/reference/packages',
    '/reference/api/processor',
  ),
]
