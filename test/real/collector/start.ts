import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onLeaving } from '../leaving.ts'
import { readWireSpans, type WireSpan } from '../spans.ts'
import { type Protocol, runCollector } from './run.ts'

export interface RealCollector {
  port: number
  /** Stops it, waits until its files are complete, and returns their contents. */
  stop(): Promise<WireSpan[]>
  /** Kills it like a crash, and returns the contents of its files. */
  kill(): Promise<WireSpan[]>
}

/**
 * Starts a collector that writes received spans to a file, and waits until it is ready.
 *
 * @param port 0 for a free one, which the collector logs
 */
export async function startCollector(
  binary: string,
  port = 0,
  protocol: Protocol = 'http',
): Promise<RealCollector> {
  const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-collector-'))
  const removed = onLeaving(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'traces.jsonl')
  const config = join(folder, 'config.yaml')
  writeFileSync(config, configuration(protocol, port, file))
  try {
    const running = await runCollector(binary, [config], protocol)
    return { port: running.port, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') }

    async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<WireSpan[]> {
      try {
        await running.end(signal)
        const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
        // After a kill, the last line may be truncated.
        if (signal === 'SIGKILL') lines.pop()
        return lines.filter((line) => line !== '').flatMap((line) => readWireSpans(JSON.parse(line)))
      } finally {
        removed()
      }
    }
  } catch (error) {
    removed()
    throw error
  }
}

const configuration = (protocol: Protocol, port: number, file: string) => `
receivers:
  otlp:
    protocols:
      ${protocol}:
        endpoint: 127.0.0.1:${port}
exporters:
  file:
    path: ${JSON.stringify(file)}
service:
  telemetry:
    metrics:
      level: none
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [file]
`
