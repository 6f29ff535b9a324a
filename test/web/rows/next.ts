import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { installedVersion } from '../../workspaces/workspace.ts'
import { type Collector, USERS } from '../support/collector.ts'
import { startServer } from '../support/process.ts'
import type { Group } from '../support/row.ts'

const cwd = fileURLToPath(new URL('../next', import.meta.url))
const library = installedVersion(cwd, 'next')
const bin = `${cwd}/node_modules/next/dist/bin/next`
const token = { user_a: 'token-a', user_b: 'token-b' }

/** The bundlers of Next.js. Each minifies in a way of its own, and the second one is the choice of many applications. */
export const next: readonly Group[] = [group('next', []), group('next, webpack', ['--webpack'])]

/** The rows of the application, built by one of the bundlers. */
function group(title: string, options: readonly string[]): Group {
  return {
    rows: [
      { name: `${title}: route handler, streamed`, library, right: 2 * 12 },
      // What `next start` runs of the edge runtime is a world of its own: the server's spans are outside it.
      {
        name: `${title}: route handler, edge runtime`,
        library,
        right: 2 * 6,
        missing: { POST: 2, 'start response': 2 },
      },
      { name: `${title}: server component`, library, right: 2 * 13 },
      { name: `${title}: server action`, library, right: 2 * 15 },
      { name: `${title}: redirect in \`session\``, library, right: 2 * 10 },
    ],
    async run(collector, url, wait) {
      const env = { COLLECTOR: url, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' }
      build(options, { ...process.env, ...env })
      const args = [bin, 'start', '--port', '0', '--hostname', '127.0.0.1']
      const server = await startServer(process.execPath, args, {
        cwd,
        env,
        port: /Local: +http:\/\/[^:]+:(\d+)/,
      })
      try {
        const visitBoth = (row: string, counted: string) =>
          Promise.all(USERS.map((user) => visit({ collector, url: server.url, row, counted, user })))
        // The first request of a route makes spans while it loads the route, and these are not counted.
        for (const { name } of this.rows) await visitBoth(name, 'first requests')
        for (const { name } of this.rows) await visitBoth(name, name)
        await wait()
        await checkTotals(`${server.url}/api/totals`)
      } finally {
        await server.stop()
      }
    },
  }
}

/** Throws unless the exporter of `SessionAnalytics` has counted the spans of both users. */
async function checkTotals(url: string): Promise<void> {
  const { counters, sessions } = (await (await fetch(url)).json()) as {
    counters: { unreadable: number }
    sessions: { id: string; spans: number }[]
  }
  const ids = sessions.filter(({ spans }) => spans > 0).map(({ id }) => id)
  if (counters.unreadable > 0 || ids.sort().join() !== USERS.map((user) => `${user}_conv`).join())
    throw new Error(`the totals are ${JSON.stringify({ counters, ids })}`)
}

function build(options: readonly string[], env: NodeJS.ProcessEnv): void {
  try {
    execFileSync(process.execPath, [bin, 'build', ...options], { cwd, env, stdio: 'pipe', encoding: 'utf8' })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`next build fails:\n${stdout}${stderr}`)
  }
}

interface NextVisit {
  readonly collector: Collector
  readonly url: string
  readonly row: string
  /** The row for which the spans count. */
  readonly counted: string
  readonly user: (typeof USERS)[number]
}

/** Sends the request of a row. Throws if the answer is wrong. */
async function visit({ collector, url, row, counted, user }: NextVisit): Promise<void> {
  const send = async (path: string, init: RequestInit = {}) => {
    const headers = { cookie: `token=${token[user]}`, ...collector.visit(user, counted), ...init.headers }
    const response = await fetch(url + path, { redirect: 'manual', ...init, headers })
    return {
      status: response.status,
      location: response.headers.get('location'),
      text: await response.text(),
    }
  }
  const check = ({ status, text }: { status: number; text: string }, ...parts: string[]) => {
    for (const part of parts) if (!text.includes(part)) throw new Error(`${row}: ${status}: ${text}`)
  }
  if (row.includes('route handler')) {
    const path = row.includes('edge') ? '/api/edge' : '/api/chat'
    check(await send(path, { method: 'POST' }), `word 1 for ${user}`, `word 3 for ${user}`)
  } else if (row.includes('redirect')) {
    check(await send('/private'), 'private')
    // Nobody's.
    const nobody = { cookie: '', ...collector.visit('nobody', 'redirected') }
    const { status, location } = await send('/private', { headers: nobody })
    if (status !== 307 || location !== '/login') throw new Error(`${row}: ${status} to ${location}`)
  } else if (row.includes('component')) {
    check(await send('/chat/1'), 'answer for', user)
  } else {
    // As a browser without JavaScript: the page names the action in its form.
    const page = await fetch(`${url}/chat/2`, { headers: { cookie: `token=${token[user]}` } })
    const id = /name="(\$ACTION_ID_\w+)"/.exec(await page.text())?.[1] ?? ''
    const body = new FormData()
    body.set(id, '')
    body.set('text', 'hello')
    check(await send('/chat/3', { method: 'POST', body }), 'answer for', user)
  }
}
