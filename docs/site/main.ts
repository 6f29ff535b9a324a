// Builds the documentation site, or serves it while it is written: `build` (the default) or `dev`.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { docs, installSite } from './install.ts'

/** Runs a program of this workspace; its failure ends this one. */
function run(program: string, ...options: string[]): void {
  const { status } = spawnSync(program, options, { cwd: docs, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

const [mode = 'build'] = process.argv.slice(2)
installSite()
if (mode === 'build' || !existsSync(`${docs}reference/api`)) run(process.execPath, 'site/api.ts')
run('node_modules/.bin/vitepress', mode)
