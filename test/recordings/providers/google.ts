/**
 * Speaks Google's Gemini API (`v1beta`): `generateContent`, `streamGenerateContent?alt=sse`, `embedContent`,
 * `batchEmbedContents`. Google's way of counting: the prompt includes what was read from a cache and excludes the
 * results of Google's own tools, the candidates exclude thoughts, and the total is the sum. A cache write is not
 * reported: it is part of the prompt. (https://ai.google.dev/api/generate-content#UsageMetadata)
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ProviderUsage, Reply } from '../cases.ts'
import type { ProviderCall } from '../recording.ts'
import type { ProviderServer } from './provider.ts'

type Json = Readonly<Record<string, unknown>>

interface Part {
  readonly text?: string
  readonly thought?: true
  readonly thoughtSignature?: string
  readonly functionCall?: Json
}

/** What an image counts for, whatever its size below 384 pixels. */
const IMAGE_TOKENS = 258

/** Answers calls with the replies, in order; the last one is repeated. */
export async function startGoogle(replies: readonly Reply[]): Promise<ProviderServer> {
  const calls: ProviderCall[] = []
  const server = createServer(async (request, response) => {
    const call = await readCall(request)
    const reply = replies[Math.min(calls.push(call), replies.length) - 1]
    if (!reply) throw new Error('a server without replies was called')
    answer(call, reply, calls.length, response)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => calls,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

/** A call whose answer is being written. */
type OpenCall = { -readonly [K in keyof ProviderCall]: ProviderCall[K] }

async function readCall(request: IncomingMessage): Promise<OpenCall> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const sse = searchParams.get('alt') === 'sse' ? '?alt=sse' : ''
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece)
  return {
    provider: 'google',
    request: `${request.method} ${pathname}${sse}`,
    model: /models\/([^:]+):/.exec(pathname)?.[1] ?? '',
    stream: pathname.endsWith(':streamGenerateContent'),
    asked: JSON.parse(Buffer.concat(pieces).toString() || 'null'),
    status: 200,
    answered: null,
  }
}

function answer(call: OpenCall, reply: Reply, count: number, response: ServerResponse): void {
  const rest = { modelVersion: call.model, responseId: `google-response-${count}` }
  const usageMetadata = usageOf(reply.usage, JSON.stringify(call.asked).includes('inlineData'))
  if (call.stream && !reply.error) {
    stream(call, reply, usageMetadata, rest, response)
    return
  }
  const method = /:(\w+)$/.exec(call.request)?.[1]
  if (reply.error) call.status = reply.error
  else if (method === 'generateContent')
    call.answered = { ...last(partsOf(reply), reply), usageMetadata, ...rest }
  else if (method === 'embedContent' || method === 'batchEmbedContents')
    call.answered = embeddings(call, reply.usage)
  else call.status = 404
  if (call.status === 200) call.usage = reportedUsage(reply.usage)
  else call.answered = errorBody(call.status)
  response.writeHead(call.status, { 'content-type': 'application/json; charset=UTF-8' })
  response.end(JSON.stringify(call.answered))
}

function embeddings({ asked }: OpenCall, { input }: ProviderUsage): Json {
  const embedding = { values: [0.25, -0.5, 0.75] }
  const { requests } = asked as { requests?: readonly unknown[] }
  return {
    ...(requests ? { embeddings: requests.map(() => embedding) } : { embedding }),
    usageMetadata: { promptTokenCount: input },
  }
}

/** Each event has the counts so far, as Google's do. A stream that hangs sends its first words and no usage. */
function stream(
  call: OpenCall,
  reply: Reply,
  usageMetadata: Json,
  rest: Json,
  response: ServerResponse,
): void {
  const events: Json[] = []
  call.answered = events
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const write = (event: Json) => {
    events.push(event)
    response.write(`data: ${JSON.stringify(event)}\r\n\r\n`)
  }
  const pieces = piecesOf(partsOf(reply))
  if (reply.hangs) {
    write({ ...candidate(pieces[0] ?? []), ...rest })
    return
  }
  const { promptTokenCount, promptTokensDetails } = usageMetadata
  const soFar = { promptTokenCount, totalTokenCount: promptTokenCount, promptTokensDetails }
  for (const parts of pieces.slice(0, -1)) write({ ...candidate(parts), usageMetadata: soFar, ...rest })
  write({ ...last(pieces.at(-1) ?? [], reply), usageMetadata, ...rest })
  call.usage = reportedUsage(reply.usage)
  response.end()
}

/** Thoughts, then the first word, then the other words; all calls of tools at once. */
function piecesOf(parts: readonly Part[]): Part[][] {
  const thoughts = parts.filter((part) => part.thought)
  const texts = parts.filter((part) => part.text && !part.thought)
  const toolCalls = parts.filter((part) => part.functionCall)
  const words = texts.flatMap(({ text, ...more }) => {
    const [first = '', ...others] = (text ?? '').split(/(?= )/)
    return [[{ text: first }], [{ text: others.join(''), ...more }]]
  })
  return [thoughts, ...words, toolCalls].filter((piece) => piece.length > 0)
}

function partsOf({ reasoning, text, toolCalls }: Reply): Part[] {
  const signature = { thoughtSignature: Buffer.from('signature of a thought').toString('base64') }
  return [
    ...(reasoning ? [{ text: reasoning, thought: true as const }] : []),
    ...(text ? [{ text, ...(reasoning ? signature : {}) }] : []),
    // The first call of a parallel set has the signature.
    ...(toolCalls ?? []).map((call, index) => ({
      functionCall: { name: call.name, args: call.arguments },
      ...(index === 0 ? signature : {}),
    })),
  ]
}

function candidate(parts: readonly Part[], more: Json = {}) {
  return { candidates: [{ content: { parts, role: 'model' }, ...more, index: 0 }] }
}

function last(parts: readonly Part[], { usage }: Reply) {
  const web = { uri: 'https://example.com/lisbon', title: 'example.com' }
  const groundingMetadata = { webSearchQueries: ['news Lisbon'], groundingChunks: [{ web }] }
  return candidate(parts, {
    finishReason: 'STOP',
    ...(usage.toolUsePrompt ? { groundingMetadata } : {}),
  })
}

/** What Google reports of a usage: no cache writes. */
function reportedUsage({ input, cacheRead, toolUsePrompt, output, reasoning }: ProviderUsage): ProviderUsage {
  return {
    input,
    ...(cacheRead ? { cacheRead } : {}),
    ...(toolUsePrompt ? { toolUsePrompt } : {}),
    output,
    ...(reasoning ? { reasoning } : {}),
  }
}

function usageOf(
  { input, cacheRead, toolUsePrompt = 0, output, reasoning = 0 }: ProviderUsage,
  image: boolean,
): Json {
  const prompt = input - toolUsePrompt
  const text = (tokenCount: number) => ({ modality: 'TEXT', tokenCount })
  return {
    promptTokenCount: prompt,
    ...(cacheRead ? { cachedContentTokenCount: cacheRead } : {}),
    candidatesTokenCount: output - reasoning,
    totalTokenCount: input + output,
    promptTokensDetails: image
      ? [text(prompt - IMAGE_TOKENS), { modality: 'IMAGE', tokenCount: IMAGE_TOKENS }]
      : [text(prompt)],
    ...(cacheRead ? { cacheTokensDetails: [text(cacheRead)] } : {}),
    ...(toolUsePrompt
      ? { toolUsePromptTokenCount: toolUsePrompt, toolUsePromptTokensDetails: [text(toolUsePrompt)] }
      : {}),
    ...(reasoning ? { thoughtsTokenCount: reasoning } : {}),
  }
}

function errorBody(code: number): Json {
  return code === 429
    ? {
        error: {
          code,
          message: 'Resource has been exhausted (e.g. check quota).',
          status: 'RESOURCE_EXHAUSTED',
        },
      }
    : {
        error: {
          code,
          message: `The server answers with ${code}.`,
          status: code === 404 ? 'NOT_FOUND' : 'INTERNAL',
        },
      }
}
