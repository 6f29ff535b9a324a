/** One case of one family: a child process, and around it the collector and the providers' servers. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { CASES, type CaseName } from '../cases.ts'
import type { Recording } from '../recording.ts'
import type { ChildConfig, ChildReport } from './child.ts'
import { startCollector } from './collector.ts'
import { checkCalls } from './expected-calls.ts'
import { type FamilyFile, workspaceFolder } from './families.ts'
import { normalise } from './normalise.ts'
import { startProviders } from './providers.ts'

/** Far more than a slow machine needs: something hangs. */
const DEADLINE_MILLIS = 600_000

/** What a child may inherit. Everything else could instrument it, trace it to another place, or reach a real provider. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR']

const ENVIRONMENT = {
  // OpenTelemetry's switch for prompts and answers.
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true',
  // Libraries that report their use to their maker.
  TRACELOOP_TELEMETRY: 'false',
  MASTRA_TELEMETRY_DISABLED: '1',
  AWS_EC2_METADATA_DISABLED: 'true',
  NO_COLOR: '1',
  NODE_NO_WARNINGS: '1',
}

/** The recording, or why the library cannot hold the case. */
export type Result = Recording | { readonly cannot: string }

/** Runs a case. Rejects if it fails. */
export async function runCase(family: FamilyFile, name: CaseName): Promise<Result> {
  const collector = await startCollector()
  const providers = await startProviders(CASES[name].replies)
  let report: ChildReport
  try {
    report = await runChild(family, {
      family: family.name,
      case: name,
      urls: providers.urls,
      collectorUrl: collector.url,
    })
  } finally {
    await providers.close()
    await collector.close()
  }
  if ('cannot' in report) return report
  const recording = normalise(
    {
      family: family.name,
      case: name,
      versions: report.versions,
      calls: providers.calls(),
      spans: collector.spans,
      logs: collector.logs,
    },
    providers.urls,
  )
  checkCalls(recording)
  return recording
}

async function runChild(family: FamilyFile, config: ChildConfig): Promise<ChildReport> {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), [JSON.stringify(config)], {
    cwd: fileURLToPath(workspaceFolder(family.workspace)),
    env: { ...Object.fromEntries(inherited), ...ENVIRONMENT },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    signal: AbortSignal.timeout(DEADLINE_MILLIS),
  })
  let printed = ''
  child.stderr?.on('data', (data) => {
    printed += data
  })
  // Read, so that the child never waits for it.
  child.stdout?.resume()
  let report: ChildReport | undefined
  child.on(
    'message',
    (message: { type: 'report'; value: ChildReport } | { type: 'error'; value: string }) => {
      if (message.type === 'report') report = message.value
      else {
        printed += message.value
        child.kill()
      }
    },
  )
  const [code, signal] = await once(child, 'close')
  if (printed) throw new Error(printed)
  if (report === undefined) throw new Error(`the child process ended (${signal ?? `exit code ${code}`})`)
  return report
}
