import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startCollector } from '../../demo/support/collector.ts'
import type { ReceivedSpan } from '../../demo/support/otlp.ts'
import { Processes } from '../../demo/support/processes.ts'

export const folder = fileURLToPath(new URL('../../examples/', import.meta.url))

/** A model in its own process; examples that need one call it instead of OpenAI. */
export async function startModel() {
  const processes = new Processes()
  const port = await processes.start('model.ts').receive<number>('listening')
  return { url: `http://127.0.0.1:${port}/v1`, stop: () => processes.stop() }
}

/** Runs an example as a user would: in its own process, with a collector and a model behind real sockets. */
export async function runExample(file: string, modelUrl: string, env: NodeJS.ProcessEnv = {}) {
  const collector = await startCollector()
  const child = execFile(process.execPath, [folder + file], {
    // Far more than a slow machine needs: something hangs.
    timeout: 600_000,
    env: {
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
      OPENAI_BASE_URL: modelUrl,
      OPENAI_API_KEY: 'local',
      ...env,
    },
  })
  let errors = ''
  let output = ''
  child.stdout?.on('data', (text) => {
    output += text
  })
  child.stderr?.on('data', (text) => {
    errors += text
  })
  const [code] = await once(child, 'close')
  await collector.close()
  return { code, errors, output, spans: collector.spans() }
}

/** The received spans by session, as `scope: name`. */
export function spansBySession(spans: ReceivedSpan[]): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const { scope, name, attributes } of spans) {
    const session = `${attributes['session.id'] ?? 'none'}`
    const span = `${scope.replace(/^.*instrumentation-/, '')}: ${name}`
    found[session] = [...(found[session] ?? []), span].sort()
  }
  return found
}
