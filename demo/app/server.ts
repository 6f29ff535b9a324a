import type { RequestListener, ServerResponse } from 'node:http'
import { trace } from '@opentelemetry/api'
import OpenAI from 'openai'
import { readJson } from '../support/http.ts'
import { type Agent, ask, createAgent } from './agent.ts'
import type { Sessions } from './sessions.ts'

interface ChatTurn {
  conversation: string
  text: string
}

interface Feedback {
  session: string
  stars: number
}

export function createListener(
  modelUrl: string,
  toolUrl: string,
  inSession: Sessions['inSession'],
): RequestListener {
  const agent = createAgent(modelUrl, toolUrl)
  const openai = new OpenAI({ baseURL: modelUrl, apiKey: 'local', maxRetries: 0 })

  async function chat({ conversation, text }: ChatTurn, response: ServerResponse): Promise<void> {
    // The only line that the first run adds to the others. The stream is consumed outside the scope.
    const stream = await inSession(conversation, () => answer(agent, openai, conversation, text))
    for await (const chunk of stream) response.write(chunk.choices[0]?.delta.content ?? '')
    response.end()
  }

  return async (request, response) => {
    // Tells users the ID of their trace, so that even a trace without a session can be counted.
    response.setHeader('x-trace-id', trace.getActiveSpan()?.spanContext().traceId ?? '')
    try {
      if (request.url === '/chat') await chat((await readJson(request)) as ChatTurn, response)
      else if (request.url === '/feedback') saveFeedback((await readJson(request)) as Feedback, response)
      else response.writeHead(404).end()
    } catch (error) {
      if (!response.headersSent) response.writeHead(500)
      response.end(String(error))
    }
  }
}

/** The agent finds the answer; the plain OpenAI SDK streams a summary of it. */
async function answer(agent: Agent, openai: OpenAI, conversation: string, text: string) {
  const reply = await ask(agent, conversation, text)
  return openai.chat.completions.create({
    model: 'demo-model',
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content: `Put this into one line: ${reply}` }],
  })
}

/** Passes the session to `startSpan`, with an unchecked ID. */
function saveFeedback({ session, stars }: Feedback, response: ServerResponse): void {
  const attributes = { 'session.id': session, 'feedback.stars': stars }
  trace.getTracer('parcel-chat').startSpan('save feedback', { attributes }).end()
  response.writeHead(204).end()
}
