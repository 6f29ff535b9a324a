/** Builds an OpenTelemetry Collector from its Go modules, once per user and version. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { onLeaving } from '../leaving.ts'
import { BUILDER, cacheFolder, MANIFEST, OLDEST_GO } from './manifest.ts'

const run = promisify(execFile)

/** Go is missing or too old to build the collector; the test may be skipped. */
export class NoGo extends Error {}

/** Builds the collector unless it is cached, and returns the path of its binary. */
export async function buildCollector(log: (line: string) => void): Promise<string> {
  const folder = cacheFolder()
  const binary = join(folder, 'collector')
  if (existsSync(binary)) return binary
  await checkGo()
  const started = Date.now()
  log(`building the collector, which takes minutes the first time, into the cache ${folder}`)
  mkdirSync(dirname(folder), { recursive: true })
  // In a temporary folder beside the target, so that the rename is atomic even if two runs build concurrently.
  const work = mkdtempSync(`${folder}-`)
  const tidied = onLeaving(() => rmSync(work, { recursive: true, force: true }))
  try {
    writeFileSync(join(work, 'builder.yaml'), MANIFEST)
    await go(['run', BUILDER, '--config', 'builder.yaml'], work)
    if (!existsSync(folder)) renameSync(work, folder)
  } finally {
    tidied()
  }
  log(`built in ${Math.round((Date.now() - started) / 1000)} s`)
  return binary
}

async function checkGo(): Promise<void> {
  const wanted = `Go ${OLDEST_GO.join('.')} or later is needed to build the collector`
  const { stdout } = await run('go', ['env', 'GOVERSION']).catch((error: Error) => {
    throw new NoGo(`${wanted}, and "go" cannot be run: ${error.message}`)
  })
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(stdout) ?? []
  const newer = Number(major) - OLDEST_GO[0] || Number(minor) - OLDEST_GO[1]
  if (!(newer >= 0)) throw new NoGo(`${wanted}; this is ${stdout.trim() || 'no Go'}`)
}

async function go(args: string[], cwd: string): Promise<void> {
  const controller = new AbortController()
  const over = onLeaving(() => controller.abort())
  try {
    await run('go', args, { cwd, signal: controller.signal, maxBuffer: 1 << 26 })
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    const output = `${stdout ?? ''}${stderr ?? ''}`
      .split('\n')
      .filter((line) => !line.includes('downloading'))
    throw new Error(`the collector could not be built:\n${output.slice(-20).join('\n')}`)
  } finally {
    over()
  }
}
