import { fileURLToPath } from 'node:url'
import { installedVersion } from '../../workspaces/workspace.ts'
import { startServer } from '../support/process.ts'
import type { Group } from '../support/row.ts'
import { visitAll } from './programs.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))
const library = installedVersion(cwd, 'hono')

/** Which instrumentations make servers' spans, by row. */
const PARTS = {
  'hono: instrumentation-http': ['http'],
  'hono: @hono/otel': ['hono'],
  'hono: instrumentation-http, @hono/otel': ['http', 'hono'],
}

const requests = [
  { path: 'text', contains: 'text for USER' },
  { path: 'stream', contains: 'word 3 for USER' },
  { path: 'events', contains: 'word 3 for USER' },
  { path: 'error', contains: 'error of the application for USER' },
]

/** Of each user: 4 looks up, 3 words of a body, 3 events, 1 error handler; and the servers' spans. */
const right = (servers: number) => 2 * (4 + 3 + 3 + 1 + 4 * servers)

const rows = Object.entries(PARTS).map(([name, parts]) => ({
  name,
  library,
  right: right(parts.length),
  parts,
}))

export const hono: Group = {
  rows,
  async run(collector, url) {
    for (const row of rows) {
      const env = { COLLECTOR: url, ROW: row.name }
      const args = ['programs/hono.ts', row.parts.join()]
      const server = await startServer(process.execPath, args, { cwd, env, port: /port (\d+)/ })
      await visitAll({ collector, server, row, requests, servers: row.parts.length })
    }
  },
}
