/** Next 16, built and started as in production: a route handler that streams. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { serve } from './child.ts'

const folder = fileURLToPath(new URL('next', import.meta.url))
const next = createRequire(import.meta.url).resolve('next/dist/bin/next')

const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }

execFileSync(process.execPath, [next, 'build'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] })
const server = spawn(process.execPath, [next, 'start', '--port', '0', '--hostname', '127.0.0.1'], {
  cwd: folder,
  env,
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
})
// It ends with this process, however that ends.
process.once('exit', () => server.kill('SIGKILL'))
const url = await readUrl()
// Next loads what it needs with the first request.
await fetch(`${url}/health`)
serve(Number(new URL(url).port), async () => {
  server.send('stop')
  await once(server, 'disconnect')
  const ended = once(server, 'exit')
  server.kill()
  await ended
})

async function readUrl(): Promise<string> {
  let output = ''
  for await (const chunk of server.stdout as Readable) {
    output += chunk
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0]
    if (found !== undefined && /Ready/.test(output)) {
      server.stdout?.resume()
      return found
    }
  }
  throw new Error(`it did not start: ${output}`)
}
