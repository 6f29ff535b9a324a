/** The demo's application: an HTTP server, a LangGraph agent, the OpenAI SDK; three concurrent users. */
import type { AppConfig, AppReport } from '../../../demo/app.ts'
import { BAD_IDS } from '../../../demo/scenario.ts'
import { Processes } from '../../../demo/support/processes.ts'
import type { UsersReport } from '../../../demo/users.ts'
import type { ExporterKind, Feed, FeedResult } from './feed.ts'
import { APPLICATION_MILLIS, witnessFile } from './run-application.ts'

export const demoFeed: Feed = {
  name: 'demo/app.ts',
  run: async (exporter, endpoint, headers = '') => {
    const processes = new Processes()
    const witness = witnessFile()
    const deadline = AbortSignal.timeout(APPLICATION_MILLIS)
    const late = new Promise<never>((_, reject) => {
      deadline.addEventListener('abort', () => reject(new Error('the demo exceeded its time limit')), {
        once: true,
      })
    })
    try {
      const { traces, guestTraces } = await Promise.race([
        converse(processes, endpoint, { witness: witness.file, exporter, headers }),
        processes.failure(),
        late,
      ])
      // Its witness writes at exit.
      await processes.stop()
      const sessions = new Map<string, string | undefined>(guestTraces.map((traceId) => [traceId, undefined]))
      for (const [session, ids] of Object.entries(traces)) for (const id of ids) sessions.set(id, session)
      return {
        ...witness.read(),
        expect: ({ traceId }) => expected(sessions, traceId),
        conversations: {
          sessions: traces,
          invalid: { ids: BAD_IDS.map(({ id }) => id), traces: guestTraces },
        },
      }
    } finally {
      await processes.stop()
      witness.remove()
    }
  },
}

/** The users know the IDs of their traces, independently of the application. */
function expected(
  sessions: Map<string, string | undefined>,
  traceId: string,
): ReturnType<FeedResult['expect']> {
  return { sessions: sessions.has(traceId) ? [sessions.get(traceId)] : [] }
}

async function converse(
  processes: Processes,
  endpoint: string,
  settings: { witness: string; exporter: ExporterKind; headers: string },
): Promise<UsersReport> {
  const address = async (child: ReturnType<Processes['start']>) =>
    `http://127.0.0.1:${await child.receive<number>('listening')}`
  const [model, tool] = await Promise.all(
    ['model.ts', 'tool.ts'].map((script) => address(processes.start(script))),
  )
  const config: AppConfig = {
    mode: 'usingSession',
    collectorUrl: `${endpoint}/v1/traces`,
    modelUrl: `${model}/v1`,
    toolUrl: `${tool}`,
  }
  const app = processes.start('../test/real/apps/demo-app.ts', { ...config, ...settings })
  const users = processes.start('users.ts', { appUrl: await address(app) })
  const done = await users.receive<UsersReport>('done')
  app.send('stop')
  await app.receive<AppReport>('stopped')
  return done
}
