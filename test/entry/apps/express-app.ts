/** Express 5: an access log, a login, the session, a body parser, and one route that streams. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { RequestHandler } from 'express'
import type OpenAI from 'openai'
import { userOf } from '../work/users.ts'
import { type Job, type Turn, Work } from '../work/work.ts'
import { serve } from './child.ts'

/** What a helper puts into the application. */
export interface ExpressHelper {
  readonly middleware: RequestHandler<{ conversation: string }>
  readonly inJob: (handle: (job: Job) => Promise<void>) => (job: Job) => Promise<void>
}

/**
 * @param express the module, as the application has loaded it
 * @param Client the class of the model's client, where it is that of another version
 */
export function startExpress(
  express: typeof import('express'),
  { middleware, inJob }: ExpressHelper,
  Client?: typeof OpenAI,
): void {
  const work = new Work(inJob, Client)
  const app = express()
  app.get('/health', (_request, response) => void response.send('ok'))
  app.use('/conversations/:conversation', (request, response, next) => {
    response.on('finish', () => work.note('access log', request.params))
    next()
  })
  app.use((request, response, next) => {
    response.locals['userId'] = userOf(request.headers.authorization)
    if (response.locals['userId'] === undefined) response.sendStatus(401)
    else next()
  })
  app.use('/conversations/:conversation', middleware)
  app.use(express.json())
  app.post('/conversations/:conversation', async (request, response) => {
    const { conversation } = request.params
    const turn: Turn = { conversation, userId: response.locals['userId'], round: request.body.round }
    response.on('finish', () => work.note('finish', turn))
    response.on('close', () => work.audit('close', turn))
    await work.prepare(turn)
    Readable.from(work.answer(turn)).pipe(response)
  })

  const server = app.listen(0, () => {
    serve((server.address() as AddressInfo).port, async () => {
      await work.idle()
      await once(server.close(), 'close')
    })
  })
}
