import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import {
  decode,
  decodeJson,
  placedSpans,
} from '../../packages/exporter/test/persistent/encoder/support/decode.ts'
import { type Answer, answerIn, type Mood } from './answers.ts'
import { Random } from './random.ts'
import { checkedId } from './spans.ts'

/** The header that names the sending process. */
export const CLIENT_HEADER = 'x-client'

/** A request whose spans were kept. */
interface StoredRequest {
  /** Its position among all requests that the collector kept. */
  readonly nth: number
  readonly ids: readonly string[]
  readonly acknowledged: boolean
}

/** One sender, as the collector sees it. */
export interface Client {
  /** How the next request is answered. */
  answer(): Answer
  /** Called when a request has arrived whole and is not answered yet. */
  arrived?(): void
  /** Called when the answer has been handed to the operating system. */
  answered?(): void
  readonly requests: StoredRequest[]
  /** The spans that were rejected for good. */
  readonly rejected: string[]
  /** How many requests were not accepted, or of which it was not told. */
  failures: number
  /** Problems with what arrived. */
  readonly violations: string[]
}

export interface CrashCollector {
  readonly url: string
  readonly clients: Map<string, Client>
  /** How many requests were kept so far, of all clients. */
  stored(): number
  close(): void
}

/** Adds a client that is treated in a mood. */
export function newClient(collector: CrashCollector, name: string, mood: Mood, seed = 1): Client {
  const random = new Random(seed)
  const client: Client = {
    answer: () => answerIn(mood, random),
    requests: [],
    rejected: [],
    failures: 0,
    violations: [],
  }
  collector.clients.set(name, client)
  return client
}

/** An OTLP/HTTP collector that treats each client as the client's mood says. */
export async function startCrashCollector(): Promise<CrashCollector> {
  const clients = new Map<string, Client>()
  let stored = 0
  const server = createServer((request, response) => {
    const client = clients.get(String(request.headers[CLIENT_HEADER]))
    // Bytes of a process that was killed in the last scenario may still arrive.
    if (client === undefined) return request.socket.destroy()
    const answer = client.answer()
    if (!answer.acknowledges) client.failures++
    if (!answer.reads) return answer.give(request, response)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const ids = checkedIds(client, request, Buffer.concat(chunks))
      if (answer.stores) client.requests.push({ nth: stored++, ids, acknowledged: answer.acknowledges })
      if (answer.isFinal) client.rejected.push(...ids)
      client.arrived?.()
      response.on('finish', () => client.answered?.())
      answer.give(request, response)
    })
    request.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    clients,
    stored: () => stored,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** The IDs of the spans of a body, in order; none when the body is not whole, which is noted. */
function checkedIds({ violations }: Client, { headers }: IncomingMessage, body: Buffer): string[] {
  try {
    if (Number(headers['content-length']) !== body.length)
      throw new Error('the body does not match content-length')
    const unpacked = unpack(headers['content-encoding'], body)
    const isJson = headers['content-type'] === 'application/json'
    return placedSpans(isJson ? decodeJson(unpacked) : decode(unpacked)).map(checkedId)
  } catch (error) {
    violations.push(`corrupt: ${String(error)}`)
    return []
  }
}

function unpack(encoding: string | undefined, body: Buffer): Buffer {
  if (encoding === 'gzip') return gunzipSync(body)
  return encoding === 'zstd' ? zstdDecompressSync(body) : body
}
