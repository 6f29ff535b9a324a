/** Child process: three concurrent users, and a guest with invalid IDs. Each records its own trace IDs. */
import { CONVERSATIONS, type Conversation, GUEST } from './scenario.ts'
import { readConfig, run, tell } from './support/child.ts'

export interface UsersReport {
  /** Trace IDs by session. */
  traces: Record<string, string[]>
  guestTraces: string[]
  /** The highest number of concurrent requests in the application. */
  peak: number
}

const { appUrl } = readConfig<{ appUrl: string }>()
let inFlight = 0
let peak = 0

async function post(path: string, body: object): Promise<{ traceId: string; text: string }> {
  peak = Math.max(peak, ++inFlight)
  const response = await fetch(appUrl + path, { method: 'POST', body: JSON.stringify(body) })
  const text = await response.text()
  inFlight--
  if (!response.ok) throw new Error(`POST ${path} was answered with ${response.status}: ${text}`)
  return { traceId: response.headers.get('x-trace-id') ?? '', text }
}

async function talk({ user, session, order, turns }: Conversation): Promise<[string, string[]]> {
  const traceIds: string[] = []
  for (const text of turns) {
    const answer = await post('/chat', { conversation: session, text })
    if (!answer.text.includes(order)) throw new Error(`${user} asked about ${order} and read: ${answer.text}`)
    traceIds.push(answer.traceId)
    tell('turn', { user, turn: traceIds.length })
  }
  return [session, traceIds]
}

async function visit(): Promise<string[]> {
  const chat = await post('/chat', { conversation: GUEST.conversation, text: GUEST.text })
  const feedback = await post('/feedback', { session: GUEST.feedbackSession, stars: 4 })
  return [chat.traceId, feedback.traceId]
}

await run(async () => {
  const [guestTraces, ...conversations] = await Promise.all([visit(), ...CONVERSATIONS.map(talk)])
  tell('done', { traces: Object.fromEntries(conversations), guestTraces, peak } satisfies UsersReport)
})
