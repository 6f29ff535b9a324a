/** Embeddings: https://platform.openai.com/docs/api-reference/embeddings */
import type { Reply } from '../../cases.ts'
import type { Answer, Json } from '../http.ts'
import { errorAnswer } from './chat.ts'

/** Far shorter than a real one. */
const VECTOR = new Float32Array([0.25, -0.5, 0.125, 0.75])

/** OpenAI's answer to `POST /v1/embeddings`: one vector for each text. */
export function answerEmbeddings(asked: Json, reply: Reply): Answer {
  const model = String(asked['model'])
  if (reply.error !== undefined) return errorAnswer(model, reply.error)
  const texts = Array.isArray(asked['input']) ? asked['input'] : [asked['input']]
  const isBase64 = asked['encoding_format'] === 'base64'
  const embedding = isBase64 ? Buffer.from(VECTOR.buffer).toString('base64') : [...VECTOR]
  const tokens = reply.usage.input
  const body = {
    object: 'list',
    data: texts.map((_, index) => ({ object: 'embedding', index, embedding })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
  return { model, body, usage: { input: tokens, output: 0 } }
}
