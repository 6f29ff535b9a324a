import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCollector } from '../collector/run.ts'
import { startCollector } from '../collector/start.ts'
import { onLeaving } from '../leaving.ts'
import type { WireSpan } from '../spans.ts'

/** What each collector behind the gateway wrote. */
export interface Received {
  backends: readonly [WireSpan[], WireSpan[]]
  noSession: WireSpan[]
}

/** The port of its own metrics may be taken here; nothing else of the example is changed. */
const QUIET = 'service: { telemetry: { metrics: { level: none } } }'

/**
 * Runs the gateway with three collectors behind it while it is fed.
 *
 * @param configuration the text of the example, or of what was made of it
 * @param feed is given the URL of the gateway
 */
export async function throughGateway(
  binary: string,
  configuration: string,
  feed: (url: string) => Promise<void>,
): Promise<Received> {
  const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-gateway-'))
  const removed = onLeaving(() => rmSync(folder, { recursive: true, force: true }))
  const files = [join(folder, 'gateway.yaml'), join(folder, 'quiet.yaml')] as const
  writeFileSync(files[0], configuration)
  writeFileSync(files[1], QUIET)
  const behind = await Promise.all([1, 2, 3].map(() => startCollector(binary, 0, 'grpc')))
  const address = behind.map(({ port }) => `127.0.0.1:${port}`)
  try {
    const gateway = await runCollector(binary, files, 'http', {
      GATEWAY_HTTP: '127.0.0.1:0',
      GATEWAY_GRPC: '127.0.0.1:0',
      BACKEND_1: address[0] ?? '',
      BACKEND_2: address[1] ?? '',
      BACKEND_NO_SESSION: address[2] ?? '',
    })
    // Stopped in order: what it still holds goes to those behind it.
    await feed(`http://127.0.0.1:${gateway.port}`).finally(() => gateway.end('SIGTERM'))
  } finally {
    removed()
  }
  const [one = [], other = [], noSession = []] = await Promise.all(
    behind.map((collector) => collector.stop()),
  )
  return { backends: [one, other], noSession }
}
