/** `examples/collector` as it is shown, in front of real collectors; and without each of its parts. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { EXPORTERS, type ExporterKind } from '../feeds/feed.ts'
import { statedFeed } from '../feeds/stated.ts'
import { checkGateway } from './check.ts'
import { throughGateway } from './start.ts'

const EXAMPLE = new URL('../../../examples/collector/gateway.yaml', import.meta.url)
const FEED = statedFeed(fileURLToPath(new URL('../apps/gateway-app.ts', import.meta.url)), 'gateway', {})
const MOST_LINES = 20

/** The parts, by what replaces them; what is wrong then must be found, or the check does not see it. */
const WITHOUT: Record<string, readonly [string, string]> = {
  'without validation': ['[transform/validate, filter/in-', '[filter/in-'],
  'without routing': [', filter/in-no-session]', ']'],
  'sampled by trace': ['SHA256(span.attributes["session.id"])', 'SHA256(span.trace_id.string)'],
  'balanced by trace': [
    'routing_key: attributes\n    routing_attributes: [session.id]',
    'routing_key: traceID',
  ],
  'without grouping': [', groupbyattrs, transform/ungroup]', ']'],
}

/** @returns what is wrong, a line each */
export async function checkExample(binary: string, log: (line: string) => void): Promise<string[]> {
  const shown = readFileSync(EXAMPLE, 'utf8')
  const problems: string[] = []
  for (const exporter of ['http', 'proto'] satisfies ExporterKind[]) {
    const name = `examples/collector, ${EXPORTERS[exporter].name}`
    const { line, problems: found } = await check(binary, shown, exporter)
    log(`${name}: ${line}`)
    problems.push(...found.slice(0, MOST_LINES).map((problem) => `${name}: ${problem}`))
    if (found.length > MOST_LINES) problems.push(`${name}: and ${found.length - MOST_LINES} more`)
  }
  for (const [name, [part, instead]] of Object.entries(WITHOUT)) {
    if (!shown.includes(part)) throw new Error(`the example has no ${part}`)
    const { line, problems: found } = await check(binary, shown.replaceAll(part, instead), 'proto')
    log(`examples/collector, ${name}: ${found.length} differences (must be found); ${line}`)
    if (found.length === 0) problems.push(`${name}: no difference was found, so the check does not see any`)
  }
  return problems
}

async function check(binary: string, configuration: string, exporter: ExporterKind) {
  const { fed, received } = await throughGateway(binary, configuration, (url) => FEED.run(exporter, url))
  return checkGateway(fed, received)
}
