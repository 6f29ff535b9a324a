/** Child process: a model that speaks OpenAI's protocol and always gives the same answers. It records each request. */
import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type ChatRequest,
  completion,
  orderOf,
  reportsUsage,
  streamChunks,
  think,
  type Usage,
  usageOf,
} from './model/completions.ts'
import { run, tell } from './support/child.ts'
import { listen, readJson } from './support/http.ts'

/** A request, and the usage that the answer reported. */
export interface ModelRequest {
  order: string | undefined
  stream: boolean
  usage: Usage | undefined
}

const requests: ModelRequest[] = []

await run(async () => {
  const { port } = await listen(async (request, response) => {
    if (request.method === 'POST' && request.url === '/v1/chat/completions') {
      const body = (await readJson(request)) as ChatRequest
      requests.push({
        order: orderOf(body.messages),
        stream: body.stream === true,
        usage: reportsUsage(body) ? usageOf(body, think(body)) : undefined,
      })
      // Long enough for the users' requests to overlap in the application.
      await delay(15)
      await (body.stream ? stream(body, response) : plain(body, response))
    } else if (request.method === 'GET' && request.url === '/requests') {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(requests))
    } else {
      response.writeHead(404).end()
    }
  })
  tell('listening', port)
})

async function plain(body: ChatRequest, response: ServerResponse): Promise<void> {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(completion(body, think(body))))
}

async function stream(body: ChatRequest, response: ServerResponse): Promise<void> {
  response.setHeader('content-type', 'text/event-stream')
  for (const chunk of streamChunks(body, think(body))) {
    response.write(`data: ${JSON.stringify(chunk)}\n\n`)
    await delay(2)
  }
  response.end('data: [DONE]\n\n')
}
