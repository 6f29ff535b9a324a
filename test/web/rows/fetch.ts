import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { installedVersion } from '../../workspaces/workspace.ts'
import { startServer } from '../support/process.ts'
import type { Group, Row } from '../support/row.ts'
import { type Request, visitAll } from './programs.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))
const LISTENS = /port(?: |":)(\d+)/

const requests: readonly Request[] = [
  {
    path: 'text',
    contains: 'text for USER',
    // A body that is complete stays complete.
    headers: { 'content-length': '15', 'content-type': 'text/plain;charset=utf-8' },
  },
  { path: 'json', contains: 'json for USER', headers: { 'content-length': '17' } },
  { path: 'stream', contains: 'word 3 for USER', headers: { 'x-user': 'USER' } },
  { path: 'later', contains: 'later for USER' },
  { path: 'generator', contains: 'word 3 for USER' },
]

/** Bundled: what runs is what a deployment runs. */
async function bundle(name: string, conditions: string[]): Promise<string> {
  const outfile = `.programs/${name}.mjs`
  await build({
    entryPoints: [`programs/${name}.ts`],
    absWorkingDir: cwd,
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    conditions,
    logLevel: 'error',
    // For packages in CommonJS.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire('file:///x.js');",
    },
  })
  return outfile
}

interface Runtime extends Row {
  readonly requests: readonly Request[]
  /** The number of servers' spans for each request. */
  readonly servers: number
  /** The command that runs it: the program itself, because a wrapper does not pass signals on. */
  command(): Promise<readonly [string, ...string[]]>
}

const RUNTIMES: readonly Runtime[] = [
  {
    name: 'fetch: Node, @hono/node-server, instrumentation-http',
    library: `node@${process.versions.node}`,
    right: 2 * (5 + 3 + 1 + 3 + 5),
    requests,
    servers: 1,
    command: async () => [process.execPath, 'programs/fetch-node.ts'],
  },
  {
    name: 'fetch: Bun',
    library: installedVersion(cwd, 'bun'),
    right: 2 * (5 + 3 + 1),
    // Bun pulls from a generator outside any context.
    missing: { 'yield 1': 2, 'yield 2': 2, 'yield 3': 2 },
    requests,
    servers: 0,
    command: async () => ['node_modules/bun/bin/bun.exe', await bundle('fetch-bun', ['bun'])],
  },
  {
    name: 'fetch: Deno',
    library: installedVersion(cwd, 'deno'),
    right: 2 * (5 + 3 + 1 + 3),
    requests,
    servers: 0,
    command: async () => ['node_modules/deno/deno', 'run', '-A', await bundle('fetch-deno', ['deno'])],
  },
  {
    name: 'fetch: workerd',
    library: installedVersion(cwd, 'workerd'),
    right: 2 * (4 + 3 + 1),
    // It takes no generator.
    requests: requests.filter(({ path }) => path !== 'generator'),
    servers: 0,
    async command() {
      await bundle('fetch-workerd', ['workerd', 'worker'])
      return ['node_modules/workerd/bin/workerd', 'serve', 'programs/workerd.capnp', '--control-fd=1']
    },
  },
]

export const fetchHandlers: Group = {
  rows: RUNTIMES,
  async run(collector, url) {
    for (const row of RUNTIMES) {
      const [command, ...args] = await row.command()
      const env = { COLLECTOR: url, ROW: row.name }
      const server = await startServer(command, args, { cwd, env, port: LISTENS })
      await visitAll({ collector, server, row, requests: row.requests, servers: row.servers })
    }
  },
}
