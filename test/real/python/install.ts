import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cachePath } from '../cache.ts'

const run = promisify(execFile)

/** A server that is a Python package. */
export interface PythonServer {
  name: string
  /** What pip installs, with its version. */
  requirement: string
  version: string
  /** What its environment takes on the disk. */
  megabytes: number
}

/** There is no Python that could run it, which is nobody's mistake. */
export class NoPython extends Error {}

/** The path of a Python that has the server, in an environment of its own that is made once per user and version. */
export async function installServer(
  { name, requirement, version, megabytes }: PythonServer,
  log: (line: string) => void,
): Promise<string> {
  const folder = cachePath(`${name.toLowerCase()}-${version}`)
  const python = join(folder, 'bin', 'python')
  // Written last: an environment cannot be moved to its place when it is whole.
  const whole = join(folder, 'whole')
  if (existsSync(whole)) return python
  const started = Date.now()
  log(`installing ${name}, which takes minutes and ${megabytes} MB the first time; it is kept in ${folder}`)
  mkdirSync(folder, { recursive: true })
  await run('python3', ['-m', 'venv', '--clear', folder]).catch((error: Error) => {
    throw new NoPython(`Python 3 with venv is needed: ${error.message}`)
  })
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement])
  writeFileSync(whole, '')
  log(`installed in ${Math.round((Date.now() - started) / 1000)} s`)
  return python
}
