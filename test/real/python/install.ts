import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cachePath } from '../cache.ts'

const run = promisify(execFile)

/** A server that is a Python package. */
export interface PythonServer {
  name: string
  /** The requirement for pip, with its version. */
  requirement: string
  version: string
  /** The size of its environment on the disk. */
  megabytes: number
}

/** Python is missing; the test may be skipped. */
export class NoPython extends Error {}

/** The path of a Python with the server, in its own environment, which is created once per user and version. */
export async function installServer(
  { name, requirement, version, megabytes }: PythonServer,
  log: (line: string) => void,
): Promise<string> {
  const folder = cachePath(`${name.toLowerCase()}-${version}`)
  const python = join(folder, 'bin', 'python')
  // Written last, because an environment cannot be moved into place when it is complete.
  const whole = join(folder, 'whole')
  if (existsSync(whole)) return python
  const started = Date.now()
  log(`installing ${name}, which takes minutes and ${megabytes} MB the first time, into the cache ${folder}`)
  mkdirSync(folder, { recursive: true })
  await run('python3', ['-m', 'venv', '--clear', folder]).catch((error: Error) => {
    throw new NoPython(`Python 3 with venv is needed: ${error.message}`)
  })
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement])
  writeFileSync(whole, '')
  log(`installed in ${Math.round((Date.now() - started) / 1000)} s`)
  return python
}
