import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.ts'
import { root } from './project.ts'

// The last TypeScript that is written in JavaScript, with the old defaults, which most applications use.
const OLDER = '5.9.3'

/** The compilers for the type checks, by the folder of their package. */
export async function typeScripts(): Promise<string[]> {
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
  return [join(root, 'node_modules/typescript'), older]
}
