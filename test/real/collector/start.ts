import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onLeaving } from '../leaving.ts'
import { readWireSpans, type WireSpan } from '../spans.ts'

export interface RealCollector {
  port: number
  /** Stops it, waits until its files are complete, and says what is in them. */
  stop(): Promise<WireSpan[]>
  /** Ends it as a crash would, and says what is in its files. */
  kill(): Promise<WireSpan[]>
}

/**
 * Starts the collector, and waits until it is ready.
 *
 * @param port 0 is a free one, which the system chooses and the collector says
 */
export async function startCollector(binary: string, port = 0): Promise<RealCollector> {
  const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-collector-'))
  const removed = onLeaving(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'traces.jsonl')
  const config = join(folder, 'config.yaml')
  writeFileSync(config, configuration(port, file))
  const child = spawn(binary, ['--config', `file:${config}`], { stdio: ['ignore', 'ignore', 'pipe'] })
  const killed = onLeaving(() => child.kill('SIGKILL'))
  const said: string[] = []
  const exited = once(child, 'exit')
  try {
    const listening = await ready(child.stderr, said)
    return { port: listening, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') }
  } catch (error) {
    killed()
    removed()
    throw error
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<WireSpan[]> {
    try {
      child.kill(signal)
      const [code] = await exited
      if (signal === 'SIGTERM' && code !== 0) {
        throw new Error(`the collector ended with ${code}:\n${said.join('\n')}`)
      }
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
      // Cut short, the last line may be in the middle of a batch.
      if (signal === 'SIGKILL') lines.pop()
      return lines.filter((line) => line !== '').flatMap((line) => readWireSpans(JSON.parse(line)))
    } finally {
      killed()
      removed()
    }
  }
}

/** The collector logs the address that it listens on, then that it is ready. */
async function ready(stderr: NodeJS.ReadableStream, said: string[]): Promise<number> {
  let port: number | undefined
  const lines = createInterface({ input: stderr })
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      said.push(line)
      const address = /Starting HTTP server.*"endpoint": "[^"]*:(\d+)"/.exec(line)
      if (address) port = Number(address[1])
      if (line.includes('Everything is ready') && port !== undefined) resolve(port)
    })
    lines.once('close', () => reject(new Error(`the collector did not start:\n${said.join('\n')}`)))
  })
}

const configuration = (port: number, file: string) => `
receivers:
  otlp:
    protocols:
      http:
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
