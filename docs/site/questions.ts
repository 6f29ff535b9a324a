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
