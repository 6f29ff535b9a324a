/**
 * Speaks Google's Gemini API (`v1beta`): `generateContent`, `streamGenerateContent?alt=sse`, `embedContent`,
 * `batchEmbedContents`. Google's way of counting: the prompt includes what was read from a cache and excludes the
 * results of Google's own tools, the candidates exclude thoughts, and the total is the sum. A cache write is not
 * reported: it is part of the prompt. (https://ai.google.dev/api/generate-content#UsageMetadata)
 */
import type { ProviderUsage, Reply } from '../cases.ts'
import { type Answer, type Json, pieces, startServer } from './http.ts'
import type { StartProvider } from './provider.ts'

interface Part {
  readonly text?: string
  readonly thought?: true
  readonly thoughtSignature?: string
  readonly functionCall?: Json
}

/** What an image counts for, whatever its size below 384 pixels. */
const IMAGE_TOKENS = 258

/** Answers calls with the replies, in order; the last one is repeated. */
export const startGoogle: StartProvider = (replies) =>
  startServer('google', replies, (path, asked, reply, number) => {
    const [, model = '', method] = /\/models\/([^:]+):(\w+)$/.exec(path) ?? []
    if (reply.error) return { model, status: reply.error, body: errorBody(reply.error) }
    const usage = reportedUsage(reply.usage)
    const rest = { modelVersion: model, responseId: `google-response-${number}` }
    const usageMetadata = usageOf(usage, JSON.stringify(asked).includes('inlineData'))
    switch (method) {
      case 'generateContent':
        return { model, body: { ...last(partsOf(reply), reply), usageMetadata, ...rest }, usage }
      case 'streamGenerateContent':
        return { model, ...streamOf(reply, usageMetadata, rest), usage: reply.hangs ? undefined : usage }
      case 'embedContent':
      case 'batchEmbedContents':
        return { model, body: embeddings(asked, usage), usage }
      default:
        return undefined
    }
  })

function embeddings({ requests }: Json, { input }: ProviderUsage): Json {
  const embedding = { values: [0.25, -0.5, 0.75] }
  return {
    ...(Array.isArray(requests) ? { embeddings: requests.map(() => embedding) } : { embedding }),
    usageMetadata: { promptTokenCount: input },
  }
}

/**
 * The events of a stream. Each has the counts so far, as Google's do: those of the prompt from the first on. A stream that
 * hangs sends its first words and no usage.
 */
function streamOf(reply: Reply, usageMetadata: Json, model: Json): Pick<Answer, 'body' | 'events' | 'hangs'> {
  const { candidatesTokenCount: _, thoughtsTokenCount: __, ...prompt } = usageMetadata
  const soFar = { ...prompt, totalTokenCount: prompt['promptTokenCount'] }
  const all = piecesOf(partsOf(reply))
  const body = reply.hangs
    ? [{ ...candidate(all[0] ?? []), ...model }]
    : all.map((parts, index) =>
        index < all.length - 1
          ? { ...candidate(parts), usageMetadata: soFar, ...model }
          : { ...last(parts, reply), usageMetadata, ...model },
      )
  const events = body.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`)
  return { body, events, hangs: reply.hangs ?? false }
}

/** Thoughts, then the first word, then the other words; all calls of tools at once. */
function piecesOf(parts: readonly Part[]): Part[][] {
  const thoughts = parts.filter((part) => part.thought)
  const texts = parts.filter((part) => part.text && !part.thought)
  const toolCalls = parts.filter((part) => part.functionCall)
  const words = texts.flatMap(({ text, ...more }) => {
    const [first = '', ...others] = pieces(text ?? '')
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
