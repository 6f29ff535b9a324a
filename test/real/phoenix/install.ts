import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cachePath } from '../cache.ts'

const run = promisify(execFile)

export const PHOENIX_VERSION = '20.26.1'

/** There is no Python that could run it, which is nobody's mistake. */
export class NoPython extends Error {}

/** The path of a Python that has Phoenix. */
export async function installPhoenix(log: (line: string) => void): Promise<string> {
  const folder = cachePath(`phoenix-${PHOENIX_VERSION}`)
  const python = join(folder, 'bin', 'python')
  // Written last: an environment cannot be moved to its place when it is whole.
  const whole = join(folder, 'whole')
  if (existsSync(whole)) return python
  log(`installing Phoenix, which takes minutes and 900 MB the first time; it is kept in ${folder}`)
  mkdirSync(folder, { recursive: true })
  await run('python3', ['-m', 'venv', '--clear', folder]).catch((error: Error) => {
    throw new NoPython(`Python 3 with venv is needed: ${error.message}`)
  })
  await run(python, ['-m', 'pip', 'install', '--quiet', `arize-phoenix==${PHOENIX_VERSION}`])
  writeFileSync(whole, '')
  return python
}
