/** Child process: the application, the only instrumented process. */
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
  /** Everything that OpenTelemetry and our packages logged at WARN and above; the main process prints it. */
  warnings: string[]
}

await run(async () => {
  const { mode, collectorUrl, modelUrl, toolUrl } = readConfig<AppConfig>()
  const warnings: string[] = []
  const warn = (...parts: unknown[]) => void warnings.push(parts.map(String).join(' '))
  const quiet = () => undefined
  diag.setLogger({ error: warn, warn, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN)

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
      tell('stopped', { stats: sessions.stats(), warnings } satisfies AppReport)
    })
  })
})
