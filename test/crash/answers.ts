import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Random } from './random.ts'

/** What a collector does with a request. */
export interface Answer {
  /** Whether the spans are kept. */
  readonly stores: boolean
  /** Whether the answer says so, and reaches the sender as far as the collector can tell. */
  readonly acknowledges: boolean
  /** Whether the sender has to keep it as a dead letter. */
  readonly isFinal?: boolean
  /** Whether the body is read. */
  readonly reads: boolean
  give(request: IncomingMessage, response: ServerResponse): void
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(code, headers).end()
  }
const accept = (request: IncomingMessage, response: ServerResponse) => {
  const type = request.headers['content-type'] ?? ''
  response.writeHead(200, { 'content-type': type }).end(type === 'application/json' ? '{}' : undefined)
}
const drop = (request: IncomingMessage) => {
  request.socket.destroy()
}
const half = (request: IncomingMessage, response: ServerResponse) => {
  response.writeHead(200, { 'content-length': '100' })
  response.write('{', () => request.socket.destroy())
}
const later = (request: IncomingMessage, response: ServerResponse) => {
  setTimeout(() => accept(request, response), 40)
}

const REJECTS = { stores: false, acknowledges: false, reads: true }
const STORES = { stores: true, acknowledges: false, reads: true }
const ACCEPTS = { stores: true, acknowledges: true, reads: true }

const ANSWERS = {
  accepts: { ...ACCEPTS, give: accept },
  'accepts after a while': { ...ACCEPTS, give: later },
  'is unavailable (503)': { ...REJECTS, give: status(503) },
  'is busy (429)': { ...REJECTS, give: status(429) },
  'is busy (429, Retry-After)': { ...REJECTS, give: status(429, { 'retry-after': '1' }) },
  'rejects permanently (400)': { ...REJECTS, isFinal: true, give: status(400) },
  'drops the connection': { ...REJECTS, reads: false, give: drop },
  'never answers': { ...REJECTS, give: () => {} },
  'stores, and drops the connection': { ...STORES, give: drop },
  'stores, and says 503': { ...STORES, give: status(503) },
  'stores, and drops the connection within the answer': { ...STORES, give: half },
} as const satisfies Record<string, Answer>

/** How a collector treats one process. */
export type Mood = 'kind' | 'slow' | 'hostile' | 'stores in silence' | 'silent' | 'down'

const KIND = { accepts: 1 }
const MOODS: Record<Mood, Partial<Record<keyof typeof ANSWERS, number>>> = {
  kind: KIND,
  slow: { 'accepts after a while': 1 },
  hostile: {
    accepts: 60,
    'accepts after a while': 10,
    'is unavailable (503)': 4,
    'is busy (429)': 4,
    'is busy (429, Retry-After)': 2,
    'rejects permanently (400)': 4,
    'drops the connection': 4,
    'never answers': 2,
    'stores, and drops the connection': 5,
    'stores, and says 503': 5,
    'stores, and drops the connection within the answer': 5,
  },
  'stores in silence': { accepts: 1, 'stores, and drops the connection': 1 },
  silent: { 'never answers': 1 },
  down: { 'drops the connection': 1 },
}

/** The next answer in a mood. */
export const answerIn = (mood: Mood, random: Random): Answer =>
  ANSWERS[random.weighted(MOODS[mood] as Record<keyof typeof ANSWERS, number>)]
