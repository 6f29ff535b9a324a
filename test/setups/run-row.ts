import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { collectOutput } from '../workspaces/child.ts'
import { judge, type Verdict } from './judge.ts'
import { Receiver } from './receiver.ts'
import type { Row } from './row.ts'

/** What became of a process. */
export interface Outcome extends Verdict {
  /** What it printed. */
  readonly output: string
  /** Undefined if it ended by itself and well. */
  readonly failure: string | undefined
}

/** Far more than a slow machine needs: something keeps the process alive. */
const DEADLINE_MILLIS = 300_000

/**
 * Runs the process of a row, with an endpoint of its own.
 *
 * @param folder the folder of the row's workspace
 * @param isWith whether `otel-sessions/register` is loaded
 */
export async function runRow(row: Row, folder: string, isWith: boolean): Promise<Outcome> {
  const receiver = new Receiver()
  const address = await receiver.start()
  try {
    const end = await run(row, join(folder, 'node_modules/.setups', row.folder ?? 'app'), isWith, address)
    return { ...judge(receiver.spans), ...end }
  } finally {
    receiver.stop()
  }
}

function run(
  row: Row,
  cwd: string,
  isWith: boolean,
  address: string,
): Promise<Pick<Outcome, 'output' | 'failure'>> {
  const { order, form, setup, flag = '--import', place = 'main' } = row
  const [loadTheirs, extension] = form === 'cjs' ? ['--require', 'cjs'] : ['--import', 'mjs']
  const script = form === 'bundle' ? 'main.bundle.mjs' : `main.${extension}`
  const ours = isWith ? [flag, 'otel-sessions/register'] : []
  const theirs = [loadTheirs, `./start.${extension}`]
  const flags = { before: [...theirs, ...ours], after: [...ours, ...theirs], 'in code': ours, '-': ours }[
    order
  ]
  const { PATH, HOME } = process.env
  const env = {
    PATH,
    HOME,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${address}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'dns,fs,net',
    SENTRY_DSN: `http://public@${address}/1`,
    ...(order === 'in code' ? { IN_CODE: setup } : { PRELOADED: setup }),
    PLACE: place,
    ...(row.nestedApi && { NESTED_API: 'nested-api' }),
  }
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', 'pipe', 'pipe'] as const
    const args = [...flags, join(cwd, script)]
    const child = spawn(process.execPath, args, { cwd, env, stdio: [...stdio], timeout: DEADLINE_MILLIS })
    const output = collectOutput(child)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ output: output(), failure: code === 0 ? undefined : `it ended with ${signal ?? code}` })
    })
  })
}
