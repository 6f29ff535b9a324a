/** Child process: one conversation of one family, whose workspace is the working directory. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readConfig, run } from '../../../demo/support/child.ts'
import { CASES, type CaseName } from '../cases.ts'
import type { Family, ProviderUrls } from '../program.ts'
import type { OpenTelemetry } from './opentelemetry.ts'
import { startTelemetry } from './telemetry.ts'

/** What a child process is told to run. */
export interface ChildConfig {
  readonly family: string
  readonly case: CaseName
  readonly urls: ProviderUrls
  readonly collectorUrl: string
}

/** The child's last message. */
export type ChildReport =
  | { readonly cannot: string }
  | { readonly versions: Readonly<Record<string, string>> }

const SESSION = 'user_ada_conv_1'
const workspace = process.cwd()
const config = readConfig<ChildConfig>()

await run(async () => {
  const { family } = await importFile<{ family: Family }>(`${config.family}.ts`)
  if (family.name !== config.family) {
    throw new Error(`${config.family}.ts calls its family ${family.name}`)
  }
  const cannot = family.cannot[config.case]
  const report: ChildReport = cannot === undefined ? await hold(family) : { cannot }
  process.send?.({ type: 'report', value: report }, undefined, undefined, () => process.exit())
})

async function hold(family: Family): Promise<ChildReport> {
  const otel = await importFile<OpenTelemetry>('opentelemetry.ts')
  const ours = await importPackage<typeof import('@otel-sessions/processor')>('@otel-sessions/processor')
  const telemetry = startTelemetry(otel, family, new ours.SessionSpanProcessor(), config.collectorUrl)
  await family.start?.(config.urls, telemetry.newExporter)

  const conversation = CASES[config.case]
  const turns: string[] = []
  const tracer = otel.api.trace.getTracer('app')
  await family.run({
    ...conversation,
    name: config.case,
    urls: config.urls,
    turn: (text, work) => {
      turns.push(text)
      return ours.usingSession({ sessionId: SESSION }, () =>
        tracer.startActiveSpan('chat turn', async (span) => {
          try {
            return await work()
          } catch (error) {
            span.recordException(error as Error)
            span.setStatus({ code: otel.api.SpanStatusCode.ERROR })
            throw error
          } finally {
            span.end()
          }
        }),
      )
    },
  })
  if (JSON.stringify(turns) !== JSON.stringify(conversation.turns)) {
    throw new Error(`the turns were ${JSON.stringify(turns)}, not ${JSON.stringify(conversation.turns)}`)
  }
  await family.stop?.()
  await telemetry.flush()
  return { versions: Object.fromEntries(family.libraries.map(versionOf)) }
}

async function importFile<T>(file: string): Promise<T> {
  return (await import(pathToFileURL(join(workspace, file)).href)) as T
}

/** Imports a package from the workspace, as the program does. */
async function importPackage<T>(name: string): Promise<T> {
  const path = createRequire(join(workspace, 'program.ts')).resolve(name)
  return (await import(pathToFileURL(path).href)) as T
}

/** The name and version of an installed package; an alias is called by its real name. */
function versionOf(library: string): [name: string, version: string] {
  const file = join(workspace, 'node_modules', library, 'package.json')
  const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string }
  return [name, version]
}
