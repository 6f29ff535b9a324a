/**
 * The work of the trial's application, the same on every framework. It knows nothing of sessions. Every span that it makes
 * says whose it is in an attribute that no rule of the packages reads.
 */
import { get } from 'node:http'
import { trace } from '@opentelemetry/api'
import OpenAI from 'openai'
import { type Queue, startLazyQueue, startQueue } from './queue.ts'
import { OWNER } from './users.ts'

/** One message of a user in a conversation. */
export interface Turn {
  readonly conversation: string
  readonly userId: string
  /** Which turn of all; those of two users with the same number come at the same time. */
  readonly round: string
}

/** A job of the queue: it comes with what the worker needs to know, and so with its user and its conversation. */
export type Job = Turn

type HandleJob = (job: Job) => Promise<void>

/** More than a socket takes at once: what comes next is read when it has been sent. */
const LONG_TEXT = '.'.repeat(100_000)

const WORLD = process.env['WORLD_URL'] ?? ''

export class Work {
  readonly #tracer = trace.getTracer('trial')
  readonly #openai: OpenAI
  readonly #queue: Queue<Job>
  readonly #background = new Set<Promise<void>>()

  /**
   * @param inSession what the application puts around the handler of its jobs
   * @param Client the class of the model's client, where it is that of another version
   */
  constructor(inSession: (handle: HandleJob) => HandleJob, Client = OpenAI) {
    this.#openai = new Client({ baseURL: `${WORLD}/v1`, apiKey: 'none', maxRetries: 0 })
    const start = process.env['QUEUE'] === 'lazy' ? startLazyQueue : startQueue
    this.#queue = start(inSession((job) => this.#handleJob(job)))
  }

  /** What is done before the answer begins: requests, a timer, a job, and work that outlives the request. */
  async prepare(turn: Turn): Promise<void> {
    await this.#tracer.startActiveSpan('prepare', { attributes: mark(turn) }, async (span) => {
      await request(`/orders/${turn.conversation}?round=${turn.round}`)
      await requestByHttp(`/prices/${turn.conversation}`)
      span.end()
    })
    this.#queue.push(turn)
    const outlives = this.#afterTheAnswer(turn)
    this.#background.add(outlives)
    void outlives.then(() => this.#background.delete(outlives))
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        this.note('timer', turn)
        this.audit('audit', turn)
        resolve()
      }, 1)
    })
  }

  /** The answer. Whoever sends it reads it, wherever that is. */
  async *answer(turn: Turn): AsyncGenerator<string> {
    const chunks = await this.#openai.chat.completions.create({
      model: 'trial',
      stream: true,
      messages: [{ role: 'user', content: turn.conversation }],
    })
    for await (const chunk of chunks) yield chunk.choices[0]?.delta.content ?? ''
    for (let part = 0; part < 3; part++) yield LONG_TEXT
    await request(`/answers/${turn.conversation}`)
    this.note('answer saved', turn)
    yield '!'
  }

  /** A span of a moment, such as one that a listener makes. */
  note(name: string, turn: Pick<Turn, 'conversation'>): void {
    this.#tracer.startSpan(name, { attributes: mark(turn) }).end()
  }

  /** A trace of its own, which has no parent and no neighbour to get a session from. */
  audit(name: string, turn: Pick<Turn, 'conversation'>): void {
    this.#tracer.startSpan(name, { attributes: mark(turn), root: true }).end()
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    await Promise.all(this.#background)
    await this.#queue.idle()
  }

  async #afterTheAnswer(turn: Turn): Promise<void> {
    // Answered when the client has its answer.
    await request(`/received/${turn.conversation}?round=${turn.round}`)
    this.note('after the answer', turn)
  }

  async #handleJob(job: Job): Promise<void> {
    await this.#tracer.startActiveSpan('job', { attributes: mark(job) }, async (span) => {
      await request(`/mails/${job.conversation}?round=${job.round}`)
      this.note('mail sent', job)
      span.end()
    })
  }
}

const mark = ({ conversation }: Pick<Turn, 'conversation'>) => ({ [OWNER]: conversation })

async function request(path: string): Promise<void> {
  const answer = await fetch(`${WORLD}${path}`)
  await answer.text()
}

function requestByHttp(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(`${WORLD}${path}`, (response) => response.resume().once('end', resolve)).once('error', reject)
  })
}
