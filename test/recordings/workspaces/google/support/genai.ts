import type { Content, FunctionCall, GenerateContentParameters, GoogleGenAI } from '@google/genai'
import { IMAGE_PNG_BASE64, SUMMARY, SYSTEM, TOOL_RESULTS } from '../../../cases.ts'
import type { CaseRun } from '../../../program.ts'

/** The exports of `@google/genai` that are used. */
interface GenAi {
  readonly GoogleGenAI: typeof GoogleGenAI
}

type Config = NonNullable<GenerateContentParameters['config']>

const FUNCTIONS: Config = {
  tools: [
    {
      functionDeclarations: [
        {
          name: 'get_order',
          description: 'Says where an order is',
          parametersJsonSchema: { type: 'object', properties: { order: { type: 'string' } } },
        },
        {
          name: 'get_weather',
          description: 'Says how the weather is in a city',
          parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } } },
        },
      ],
    },
  ],
}

const CONFIGS: Partial<Record<CaseRun['name'], Config>> = {
  'parallel-tools': FUNCTIONS,
  reasoning: { thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 } },
  'tool-use-prompt': { tools: [{ googleSearch: {} }] },
}

/** A conversation with Google's SDK, the history and the loop of function calls being the application's own. */
export async function holdByGenAi(run: CaseRun, { GoogleGenAI }: GenAi): Promise<void> {
  const httpOptions = { baseUrl: run.urls.google, retryOptions: { attempts: 1 } }
  const { models } = new GoogleGenAI({ apiKey: 'local', httpOptions })
  const stop = new AbortController()
  const config = { systemInstruction: SYSTEM, abortSignal: stop.signal, ...CONFIGS[run.name] }
  let history: Content[] = []
  for (const [index, text] of run.turns.entries()) {
    if (run.name === 'compacted' && index === 2) history = [userContent(SUMMARY)]
    history.push(userContent(text, run.name === 'image'))
    const turn = run.turn(text, async () => {
      const request = { model: 'gemini-2.5-pro', contents: history, config }
      if (run.name !== 'streamed' && run.name !== 'aborted') return answer(models, request)
      let words = ''
      for await (const chunk of await models.generateContentStream(request)) {
        words += chunk.text ?? ''
        if (run.name === 'aborted') stop.abort()
      }
      history.push({ role: 'model', parts: [{ text: words }] })
    })
    if (run.name === 'error' || run.name === 'aborted') await rejection(turn)
    else await turn
  }
}

/** Asks until no function is called; adds all new contents to those of the request. */
async function answer(
  models: GoogleGenAI['models'],
  request: GenerateContentParameters & { readonly contents: Content[] },
): Promise<void> {
  for (;;) {
    const { candidates, functionCalls } = await models.generateContent({
      ...request,
      contents: [...request.contents],
    })
    const content = candidates?.[0]?.content
    if (!content) throw new Error('the answer has no content')
    request.contents.push(content)
    if (!functionCalls?.length) return
    request.contents.push({ role: 'user', parts: functionCalls.map(callFunction) })
  }
}

function callFunction({ name }: FunctionCall) {
  const response = TOOL_RESULTS[name as keyof typeof TOOL_RESULTS]
  return { functionResponse: { name: name ?? '', response: { ...response } } }
}

function userContent(text: string, withImage = false): Content {
  const image = { inlineData: { mimeType: 'image/png', data: IMAGE_PNG_BASE64 } }
  return { role: 'user', parts: [{ text }, ...(withImage ? [image] : [])] }
}

async function rejection(turn: Promise<unknown>): Promise<void> {
  const failed = await turn.then(
    () => false,
    () => true,
  )
  if (!failed) throw new Error('the turn was to fail')
}
