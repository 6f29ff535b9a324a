/** How a message of a user gets to the application: by a request, or by a job. */
import { type Job, Queue, QueueEvents } from 'bullmq'
import { ownerOf } from '../work/users.ts'
import type { Turn } from '../work/work.ts'

export interface Client {
  /** Sends a message, and returns the answer. */
  send(conversation: string, round: string): Promise<string>
  /** Does the same for nobody, without a session: the answer is `ok`. */
  check(round: string): Promise<string>
  close(): Promise<void>
}

/** A job of the worker; the data of nobody's is `null`. */
export type ChatJob = Pick<Job<Turn | null>, 'data'>

/** Sends requests to an application. */
export function requestClient(port: number): Client {
  const url = `http://127.0.0.1:${port}`
  const read = async (response: Response) => {
    const text = await response.text()
    if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text.slice(0, 2000)}`)
    return text
  }
  return {
    async send(conversation, round) {
      const response = await fetch(`${url}/conversations/${conversation}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer token-${ownerOf(conversation)?.at(-1)}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ round }),
      })
      return read(response)
    },
    check: async () => read(await fetch(`${url}/health`)),
    close: async () => {},
  }
}

/** Adds jobs to the queue of the worker. */
export async function jobClient(redisPort: number): Promise<Client> {
  const connection = { port: redisPort }
  const queue = new Queue<Turn | null, string>('chat', { connection })
  const events = new QueueEvents('chat', { connection })
  await events.waitUntilReady()
  const run = async (jobId: string, turn: Turn | null) => {
    const job = await queue.add('chat', turn, { jobId })
    return job.waitUntilFinished(events)
  }
  return {
    send: (conversation, round) =>
      run(`${conversation}-${round}`, { conversation, userId: ownerOf(conversation) ?? '', round }),
    check: (round) => run(`health-${round}`, null),
    async close() {
      await events.close()
      await queue.close()
    },
  }
}
