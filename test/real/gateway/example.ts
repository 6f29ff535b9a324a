/** Tests `examples/collector` as it is, in front of real collectors, and without each of its parts. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { EXPORTERS, type ExporterKind } from '../feeds/feed.ts'
import { selfCheckedFeed } from '../feeds/self-checked.ts'
import { checkGateway } from './check.ts'
import { throughGateway } from './start.ts'

const EXAMPLE = new URL('../../../examples/collector/gateway.yaml', import.meta.url)
const FEED = selfCheckedFeed(fileURLToPath(new URL('../apps/gateway-app.ts', import.meta.url)), 'gateway', {})
const MOST_LINES = 20

/** The parts, with their replacements; the check must find the resulting problems. */
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

/** @returns the problems, a line each */
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
    if (found.length === 0) problems.push(`${name}: no difference was found, so the check does not work`)
  }
  return problems
}

async function check(binary: string, configuration: string, exporter: ExporterKind) {
  const { fed, received } = await throughGateway(binary, configuration, (url) => FEED.run(exporter, url))
  return checkGateway(fed, received)
}
