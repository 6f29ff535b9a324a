/** Child process: the application, and the only one that is instrumented. */
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { createListener } from './app/server.ts'
import { type SessionStats, setUpSessions } from './app/sessions.ts'
import { startTelemetry } from './app/telemetry.ts'
import type { Mode } from './scenario.ts'
import { readConfig, run, tell } from './support/child.ts'
import { closeServer, listen } from './support/http.ts'

export interface AppConfig {
  mode: Mode
  collectorUrl: string
  modelUrl: string
  toolUrl: string
}

export interface AppReport {
  stats: SessionStats
  /** What OpenTelemetry and our packages said at WARN and above; main prints it in its place. */
  said: string[]
}

await run(async () => {
  const { mode, collectorUrl, modelUrl, toolUrl } = readConfig<AppConfig>()
  const said: string[] = []
  const say = (...words: unknown[]) => void said.push(words.map(String).join(' '))
  const quiet = () => undefined
  diag.setLogger({ error: say, warn: say, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN)

  const sessions = await setUpSessions(mode)
  const stopTelemetry = startTelemetry(collectorUrl, sessions)
  const { server, port } = await listen(createListener(modelUrl, toolUrl, sessions.inSession))
  tell('listening', port)

  process.on('message', async ({ type }: { type: string }) => {
    if (type !== 'stop') return
    await run(async () => {
      // The server's own spans end with their responses.
      await closeServer(server)
      await stopTelemetry()
      tell('stopped', { stats: sessions.stats(), said } satisfies AppReport)
    })
  })
})
