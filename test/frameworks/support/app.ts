/** Child process: the application with one program, the only instrumented process. */
import type { RequestListener, ServerResponse } from 'node:http'
import type { Attributes } from '@opentelemetry/api'
import { readConfig, run, tell } from '../../../demo/support/child.ts'
import { closeServer, listen, readJson } from '../../../demo/support/http.ts'
import type { Application, Places, Program, Turn } from '../program.ts'
import { outerSessionOf } from './conversations.ts'
import type { Mode } from './modes.ts'
import { importFile } from './opentelemetry.ts'
import { Recorder } from './recorder.ts'
import { Rounds, type TurnRequest } from './rounds.ts'
import { type Sessions, setUpSessions } from './sessions.ts'
import { startTelemetry, type TelemetryConfig } from './telemetry.ts'

export interface AppConfig extends Places, TelemetryConfig {
  /** The program's file in the folder, without `.ts`. */
  readonly program: string
  readonly mode: Mode
}

/** The application's report after its flush. */
export interface AppReport {
  /** The attributes of each span at its start, by span ID. */
  readonly starts: Readonly<Record<string, Attributes>>
}

await run(async () => {
  const config = readConfig<AppConfig>()
  const recorder = new Recorder()
  const sessions = await setUpSessions(config.folder, config.mode)
  const { program } = await importFile<{ program: Program }>(config.folder, `${config.program}.ts`)
  const telemetry = await startTelemetry(config, program, recorder, sessions)
  const places = { modelUrl: config.modelUrl, toolUrl: config.toolUrl }
  const application = await program.start(places, telemetry.newExporter)
  const { server, port } = await listen(createListener(application, recorder, sessions))
  tell('listening', port)

  process.on('message', ({ type }: { type: string }) =>
    run(async () => {
      if (type === 'stop') {
        // The server's own spans end with their responses.
        await closeServer(server)
        await application.stop?.()
        await telemetry.flush()
        tell('flushed', { starts: recorder.starts() } satisfies AppReport)
      } else if (type === 'shutdown') {
        await telemetry.shutdown()
        tell('stopped')
      }
    }),
  )
})

function createListener(application: Application, recorder: Recorder, sessions: Sessions): RequestListener {
  const rounds = new Rounds()
  return async (request, response) => {
    try {
      const { turn, round } = (await readJson(request)) as TurnRequest
      await rounds.run(round, () =>
        recorder.inTurn(turn.turn, async () => {
          const answer = await sessions.inScope(outerSessionOf(turn.user), () => application.answer(turn))
          // Outside the scope, as a web framework reads a handler's result.
          await write(turn, answer, response)
        }),
      )
    } catch (error) {
      if (!response.headersSent) response.writeHead(500)
      response.end(error instanceof Error ? error.stack : String(error))
    }
  }
}

async function write(
  turn: Turn,
  answer: string | AsyncIterable<string>,
  response: ServerResponse,
): Promise<void> {
  if (turn.stream === (typeof answer === 'string')) {
    throw new Error(`turn ${turn.turn} must be answered ${turn.stream ? 'by a stream' : 'by a string'}`)
  }
  let pieces = 0
  for await (const piece of typeof answer === 'string' ? [answer] : answer) {
    response.write(piece)
    pieces++
  }
  if (turn.stream && pieces < 2) throw new Error(`the stream of turn ${turn.turn} has fewer than 2 pieces`)
  response.end()
}
