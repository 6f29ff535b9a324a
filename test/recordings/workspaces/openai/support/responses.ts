/** A conversation by responses of the OpenAI SDK, with a hand-written loop of tool calls. */
import type OpenAI from 'openai'
import { IMAGE_PNG_BASE64, SYSTEM } from '../../../cases.ts'
import { converse, runTool, TOOLS } from '../../../conversation.ts'
import type { CaseRun, Family } from '../../../program.ts'

type Item = OpenAI.Responses.ResponseInputItem
type Request = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'input' | 'stream'>

/** Cases that responses have no form for. */
export const RESPONSES_CANNOT = {
  'cache-hour': 'OpenAI neither charges nor reports what is written to a cache.',
  embedding: 'Embeddings are an API of their own.',
} satisfies Family['cannot']

/** Holds the conversation of a case; the history is sent with each request. */
export async function respond(run: CaseRun, client: Pick<OpenAI, 'responses'>): Promise<void> {
  const request = requestOf(run)
  const isStream = run.name === 'streamed' || run.name === 'aborted'
  await converse<Item>(run, {
    user: (content) => ({ role: 'user', content }),
    picture: (text) => ({
      role: 'user',
      content: [
        { type: 'input_text', text },
        { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${IMAGE_PNG_BASE64}` },
      ],
    }),
    answer: (history) =>
      isStream ? stream(run, client, request, history) : answer(client, request, history),
  })
}

function requestOf({ name }: CaseRun): Request {
  const request: Request = { model: 'gpt-4o', instructions: SYSTEM }
  if (name === 'reasoning') {
    return { ...request, model: 'o4-mini', reasoning: { effort: 'low', summary: 'auto' } }
  }
  if (name === 'tool-use-prompt') return { ...request, tools: [{ type: 'web_search' }] }
  if (name !== 'parallel-tools') return request
  return { ...request, tools: TOOLS.map((tool) => ({ type: 'function', strict: true, ...tool })) }
}

async function answer(client: Pick<OpenAI, 'responses'>, request: Request, history: Item[]): Promise<void> {
  for (;;) {
    const { output } = await client.responses.create({ ...request, input: [...history] })
    history.push(...(output as Item[]))
    const calls = output.filter((item) => item.type === 'function_call')
    if (calls.length === 0) return
    for (const { call_id, name } of calls) {
      history.push({ type: 'function_call_output', call_id, output: await runTool(name) })
    }
  }
}

async function stream(
  run: CaseRun,
  client: Pick<OpenAI, 'responses'>,
  request: Request,
  history: Item[],
): Promise<void> {
  const events = await client.responses.create({ ...request, input: [...history], stream: true })
  for await (const event of events) {
    // Leaving the loop closes the connection. The families of chat completions abort by a signal.
    if (run.name === 'aborted' && event.type === 'response.output_text.delta') break
    if (event.type === 'response.completed') history.push(...(event.response.output as Item[]))
  }
}
