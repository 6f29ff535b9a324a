import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.ts'
import type { TypeChecker } from './compile.ts'
import { root } from './project.ts'

// The last TypeScript that is written in JavaScript, with the old defaults, which most applications use.
const OLDER = '5.9.3'

/** The type checks that the quick form leaves out. */
export const QUICK_TYPES_LEFT_OUT = `the types with the newest TypeScript and bundler resolution, and with TypeScript ${OLDER} and nodenext`

/**
 * Every compiler with every module resolution; when quick, each compiler and each resolution once: the newest with
 * `nodenext`, the older with `bundler`.
 */
export async function typeCheckers(isQuick: boolean): Promise<readonly TypeChecker[]> {
  const newest = join(root, 'node_modules/typescript')
  const older = await olderTypeScript()
  const checkers: readonly TypeChecker[] = [
    { compiler: newest, resolution: 'nodenext' },
    { compiler: older, resolution: 'bundler' },
  ]
  if (isQuick) return checkers
  return [
    ...checkers,
    { compiler: newest, resolution: 'bundler' },
    { compiler: older, resolution: 'nodenext' },
  ]
}

/** The folder of its package. */
async function olderTypeScript(): Promise<string> {
  const cache = join(root, 'node_modules/.cache/otel-sessions/typescript', OLDER)
  const older = join(cache, 'node_modules/typescript')
  if (!existsSync(join(older, 'bin/tsc'))) {
    mkdirSync(cache, { recursive: true })
    writeFileSync(join(cache, 'package.json'), '{ "private": true }')
    const { ok, output } = await run(
      'npm',
      ['install', '--no-audit', '--no-fund', '--loglevel=error', '-E', `typescript@${OLDER}`],
      cache,
    )
    if (!ok) throw new Error(`TypeScript ${OLDER} cannot be installed\n${output}`)
  }
  return older
}
