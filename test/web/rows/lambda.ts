import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { installedVersion } from '../../workspaces/workspace.ts'
import type { SentSpan } from '../support/collector.ts'
import type { Group } from '../support/row.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))
const library = installedVersion(cwd, '@opentelemetry/instrumentation-aws-lambda')

/** The handlers, by row. */
const HANDLERS = {
  'lambda: a promise': 'answer',
  'lambda: a callback, on Node 22': 'callback',
  'lambda: a streamed answer': 'stream',
  'lambda: a batch of records': 'batch',
}

export const lambda: Group = {
  rows: [
    { name: 'lambda: a promise', library, right: 2 * 2 },
    // The instrumentation ends its span when such a handler returns: before the session is known.
    { name: 'lambda: a callback, on Node 22', library, right: 2, missing: { callback: 2 } },
    { name: 'lambda: a streamed answer', library, right: 2 * 5 },
    { name: 'lambda: a batch of records', library, right: 2 + 2 },
  ],
  async run(collector, url) {
    for (const [row, handler] of Object.entries(HANDLERS)) {
      const env = { ...process.env, COLLECTOR: url, ROW: row }
      const { stdout } = await promisify(execFile)(process.execPath, ['programs/lambda.ts', handler], {
        cwd,
        env,
      })
      collector.spans.push(...(JSON.parse(stdout) as SentSpan[]))
    }
  },
}
