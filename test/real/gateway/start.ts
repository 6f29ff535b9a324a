import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCollector } from '../collector/run.ts'
import { type RealCollector, startCollector } from '../collector/start.ts'
import { onLeaving } from '../leaving.ts'
import type { WireSpan } from '../spans.ts'

/** The output of each collector behind the gateway. */
export interface Received {
  backends: readonly [WireSpan[], WireSpan[]]
  noSession: WireSpan[]
}

/** Turns off its own metrics, whose port may be in use; nothing else of the example is changed. */
const QUIET = 'service: { telemetry: { metrics: { level: none } } }'

/**
 * Runs the gateway with three collectors behind it during a feed.
 *
 * @param configuration the text of the example, possibly modified
 * @param feed called with the URL of the gateway
 * @returns the feed's result, and the collectors' output
 */
export async function throughGateway<T>(
  binary: string,
  configuration: string,
  feed: (url: string) => Promise<T>,
): Promise<{ fed: T; received: Received }> {
  const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-gateway-'))
  const removed = onLeaving(() => rmSync(folder, { recursive: true, force: true }))
  const files = [join(folder, 'gateway.yaml'), join(folder, 'quiet.yaml')] as const
  writeFileSync(files[0], configuration)
  writeFileSync(files[1], QUIET)
  const behind: RealCollector[] = []
  try {
    for (let count = 0; count < 3; count++) behind.push(await startCollector(binary, 0, 'grpc'))
    const [first = '', second = '', third = ''] = behind.map(({ port }) => `127.0.0.1:${port}`)
    const gateway = await runCollector(binary, files, 'http', {
      GATEWAY_HTTP: '127.0.0.1:0',
      GATEWAY_GRPC: '127.0.0.1:0',
      BACKEND_1: first,
      BACKEND_2: second,
      BACKEND_NO_SESSION: third,
      KEEP_PERCENT: '50',
    })
    // Stopped in order, so that it exports its queue to the collectors behind it.
    const fed = await feed(`http://127.0.0.1:${gateway.port}`).finally(() => gateway.end('SIGTERM'))
    const written = await Promise.all(behind.splice(0).map((collector) => collector.stop()))
    const [one = [], other = [], noSession = []] = written
    return { fed, received: { backends: [one, other], noSession } }
  } finally {
    await Promise.all(behind.map((collector) => collector.kill()))
    removed()
  }
}
