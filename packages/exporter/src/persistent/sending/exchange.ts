import type { ClientRequest, IncomingMessage } from 'node:http'

/** What came back, as far as it was read. */
export interface Reply {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** No answer is longer that says something. */
const MOST_BYTES = 64 * 1024

/** The deadline of a request, to the end of its answer: a server that sends a byte a minute has none else. */
class TooLate extends Error {
  readonly code = 'timeout'
}

/**
 * Sends a body, and reads the answer. An answer whose status has come counts, even if the rest of it does not come.
 *
 * @returns rejects where no status came, at the latest after `timeoutMillis`
 */
export function exchange(
  request: ClientRequest,
  parts: readonly Buffer[],
  timeoutMillis: number,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => request.destroy(new TooLate('no answer in time')), timeoutMillis)
    let reply: (() => Reply) | undefined
    const end = (error?: Error) => {
      clearTimeout(timer)
      if (reply !== undefined) resolve(reply())
      else reject(error ?? new Error('the connection was closed'))
    }
    request.on('response', (response) => {
      reply = read(response)
      response.on('end', () => end())
      response.on('error', end)
    })
    request.on('error', end)
    request.on('close', () => end())
    request.cork()
    for (const part of parts) request.write(part)
    request.end()
  })
}

/** Reads all of an answer, and keeps its beginning. */
function read(response: IncomingMessage): () => Reply {
  const chunks: Buffer[] = []
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    if (bytes < MOST_BYTES) chunks.push(chunk.subarray(0, MOST_BYTES - bytes))
    bytes += chunk.length
  })
  return () => ({
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks),
  })
}
