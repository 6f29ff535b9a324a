import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { closeServer, listen } from '../../../demo/support/http.ts'
import { onLeaving } from '../leaving.ts'

/** The command of a server. */
export interface Start {
  name: string
  /** The path that responds with success once the server is up. */
  health: string
  /** Arguments of Python. @param folder a temporary folder for the server's data */
  args(port: number, folder: string): string[]
  /** Additional environment variables. */
  env(port: number, folder: string): Record<string, string> | Promise<Record<string, string>>
}

export interface Served {
  url: string
  stop(): Promise<void>
}

/** Far more than a slow machine needs, also for the first start. */
const START_MILLIS = 900_000
const STOP_MILLIS = 10_000

/** Starts a server on a free port of the loopback interface, and waits until it is up. */
export async function serve(python: string, { name, health, args, env }: Start): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), `otel-sessions-${name.toLowerCase()}-`))
  const removed = onLeaving(() => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const child = spawn(python, args(port, folder), {
    cwd: folder,
    env: { ...process.env, ...(await env(port, folder)) },
    stdio: 'ignore',
    // Its own process group, because its workers must not outlive it.
    detached: true,
  })
  const killed = onLeaving(() => signalGroup(child.pid, 'SIGKILL'))
  const exited = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    signalGroup(child.pid, 'SIGTERM')
    await Promise.race([exited, delay(STOP_MILLIS, undefined, { ref: false })])
    killed()
    removed()
  }
  try {
    await Promise.race([
      up(name, `${url}${health}`),
      exited.then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`))),
    ])
  } catch (error) {
    await stop()
    throw error
  }
  return { url, stop }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // The process group is empty.
  }
}

/** A free port of the loopback interface. */
export async function freePort(): Promise<number> {
  const { server, port } = await listen(() => {})
  await closeServer(server)
  return port
}

async function up(name: string, url: string): Promise<void> {
  const deadline = Date.now() + START_MILLIS
  while (!(await fetch(url).catch(() => undefined))?.ok) {
    if (Date.now() > deadline) throw new Error(`${name} was not up within ${START_MILLIS} ms`)
    await delay(500)
  }
}
