import {
  createEvent,
  type Event,
  FunctionTool,
  Gemini,
  GOOGLE_SEARCH,
  InMemorySessionService,
  LlmAgent,
  type LlmAgentConfig,
  Runner,
  StreamingMode,
  setLogger,
} from '@google/adk'
import { z } from 'zod'
import { IMAGE_PNG_BASE64, SYSTEM } from '../../cases.ts'
import { converse, runTool } from '../../conversation.ts'
import type { CaseRun, Family } from '../../program.ts'

type Content = NonNullable<Event['content']>

const SESSION = { appName: 'bookshop', userId: 'user_ada', sessionId: 'user_ada_conv_1' }

/** Google's Agent Development Kit, which traces itself whenever a global provider exists. It keeps the history. */
export const family: Family = {
  name: 'google-adk',
  libraries: ['@google/adk'],
  async start(urls) {
    // The only way to another address.
    process.env['GOOGLE_GEMINI_BASE_URL'] = urls.google
    setLogger(null)
  },
  run: hold,
  cannot: {
    'cache-hour':
      'Google caches by itself; it neither reports cache writes nor charges for them by the write',
    embedding: 'The Agent Development Kit has no embeddings',
  },
}

async function hold(run: CaseRun): Promise<void> {
  const sessionService = new InMemorySessionService()
  const runner = new Runner({ appName: SESSION.appName, agent: createAgent(run), sessionService })
  let held = 0
  await converse<Content>(run, {
    user: (text) => ({ role: 'user', parts: [{ text }] }),
    picture: (text) => ({
      role: 'user',
      parts: [{ text }, { inlineData: { mimeType: 'image/png', data: IMAGE_PNG_BASE64 } }],
    }),
    async answer(history) {
      // A history that the application has replaced begins a session, as the first one does.
      const before = history.slice(0, -1)
      if (before.length < held || held === 0) await beginSession(sessionService, before)
      held = history.length
      await answer(run, runner, history.at(-1) as Content)
      history.push({ role: 'model', parts: [] })
    },
  })
}

async function beginSession(sessions: InMemorySessionService, history: readonly Content[]): Promise<void> {
  await sessions.deleteSession(SESSION)
  const session = await sessions.createSession(SESSION)
  for (const content of history) {
    await sessions.appendEvent({ session, event: createEvent({ author: 'user', content }) })
  }
}

async function answer(run: CaseRun, runner: Runner, newMessage: Content): Promise<void> {
  const stop = new AbortController()
  const streamed = run.name === 'streamed' || run.name === 'aborted'
  const runConfig = { streamingMode: streamed ? StreamingMode.SSE : StreamingMode.NONE }
  const events = runner.runAsync({ ...SESSION, newMessage, runConfig, abortSignal: stop.signal })
  for await (const { content, errorCode, errorMessage } of events) {
    if (run.name === 'aborted' && content) stop.abort()
    else if (errorCode) throw new Error(`${errorCode}: ${errorMessage}`)
  }
}

function createAgent({ name }: CaseRun): LlmAgent {
  const config: Partial<Record<CaseRun['name'], Partial<LlmAgentConfig>>> = {
    'parallel-tools': { tools: [tool('get_order', 'order'), tool('get_weather', 'city')] },
    reasoning: {
      generateContentConfig: { thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 } },
    },
    'tool-use-prompt': { tools: [GOOGLE_SEARCH] },
  }
  return new LlmAgent({
    name: 'bookshop',
    model: new Gemini({ model: 'gemini-2.5-pro', apiKey: 'local' }),
    instruction: SYSTEM,
    ...config[name],
  })
}

function tool(name: string, argument: string) {
  return new FunctionTool({
    name,
    description: `Says what is known of the ${argument}`,
    parameters: z.object({ [argument]: z.string() }),
    execute: async () => JSON.parse(await runTool(name)),
  })
}
