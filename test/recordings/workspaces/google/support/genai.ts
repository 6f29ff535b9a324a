import type { Content, GenerateContentParameters, GoogleGenAI, Models } from '@google/genai'
import { IMAGE_PNG_BASE64, SYSTEM } from '../../../cases.ts'
import { type Around, converse, runTool, TOOLS } from '../../../conversation.ts'
import type { CaseRun, Family } from '../../../program.ts'

/** The part of a client that is used; a wrapped client has no more. */
interface GenAiClient {
  readonly models: Pick<Models, 'generateContent' | 'generateContentStream'>
}

type Config = NonNullable<GenerateContentParameters['config']>

export const GENAI_CANNOT = {
  'cache-hour': 'Google caches by itself; it neither reports cache writes nor charges for them by the write',
} satisfies Family['cannot']

const CONFIGS: Partial<Record<CaseRun['name'], Config>> = {
  'parallel-tools': {
    tools: [
      {
        functionDeclarations: TOOLS.map(({ parameters, ...tool }) => ({
          ...tool,
          parametersJsonSchema: parameters,
        })),
      },
    ],
  },
  reasoning: { thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 } },
  'tool-use-prompt': { tools: [{ googleSearch: {} }] },
}

/** Makes a client. No retries: each call is one that the case describes. */
export const createClient = (genai: { readonly GoogleGenAI: typeof GoogleGenAI }, { urls }: CaseRun) =>
  new genai.GoogleGenAI({
    apiKey: 'local',
    httpOptions: { baseUrl: urls.google, retryOptions: { attempts: 1 } },
  })

/** A conversation with Google's SDK, the history and the loop of function calls being the application's own. */
export async function holdByGenAi(run: CaseRun, client: GenAiClient, around: Around = {}): Promise<void> {
  const { turn = (_, work) => work() } = around
  await converse<Content>(run, {
    user: (text) => ({ role: 'user', parts: [{ text }] }),
    picture: (text) => ({
      role: 'user',
      parts: [{ text }, { inlineData: { mimeType: 'image/png', data: IMAGE_PNG_BASE64 } }],
    }),
    answer: (history, text) =>
      turn(text, () =>
        run.name === 'streamed' || run.name === 'aborted'
          ? stream(run, client, history)
          : answer(run, client, history, around.tool ?? runTool),
      ),
  })
}

function requestOf({ name }: CaseRun, history: readonly Content[], more: Config = {}) {
  const config = { systemInstruction: SYSTEM, ...CONFIGS[name], ...more }
  return { model: 'gemini-2.5-pro', contents: [...history], config }
}

async function answer(
  run: CaseRun,
  { models }: GenAiClient,
  history: Content[],
  tool: NonNullable<Around['tool']>,
): Promise<void> {
  for (;;) {
    const { candidates } = await models.generateContent(requestOf(run, history))
    const content = candidates?.[0]?.content
    if (!content) throw new Error('the answer has no content')
    history.push(content)
    const calls = (content.parts ?? []).flatMap(({ functionCall }) => functionCall ?? [])
    if (calls.length === 0) return
    const parts = calls.map(async ({ name = '', args }) => {
      const response = JSON.parse(await tool(name, args as Record<string, string>))
      return { functionResponse: { name, response } }
    })
    history.push({ role: 'user', parts: await Promise.all(parts) })
  }
}

async function stream(run: CaseRun, { models }: GenAiClient, history: Content[]): Promise<void> {
  const stop = new AbortController()
  const request = requestOf(run, history, { abortSignal: stop.signal })
  let words = ''
  try {
    for await (const chunk of await models.generateContentStream(request)) {
      words += chunk.text ?? ''
      if (run.name === 'aborted') stop.abort()
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error
  }
  history.push({ role: 'model', parts: [{ text: words }] })
}
