/** Builds an OpenTelemetry Collector from its Go modules, once per user and version. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { onLeaving } from '../leaving.ts'
import { BUILDER, cacheFolder, MANIFEST, OLDEST_GO } from './manifest.ts'

const run = promisify(execFile)

/** There is no Go that could build it, which is nobody's mistake. */
export class NoGo extends Error {}

/** The path of the collector's binary, and whether it had to be built. */
export async function buildCollector(log: (line: string) => void): Promise<string> {
  const folder = cacheFolder()
  const binary = join(folder, 'collector')
  if (existsSync(binary)) return binary
  await checkGo()
  const started = Date.now()
  log(`building the collector, which takes minutes the first time; it is kept in ${folder}`)
  mkdirSync(dirname(folder), { recursive: true })
  // Beside its place, so that it gets there whole, also when two runs build at once.
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
    throw new NoGo(`${wanted}, and "go" does not run here: ${error.message}`)
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
    const said = `${stdout ?? ''}${stderr ?? ''}`.split('\n').filter((line) => !line.includes('downloading'))
    throw new Error(`the collector could not be built:\n${said.slice(-20).join('\n')}`)
  } finally {
    over()
  }
}
