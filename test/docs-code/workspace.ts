import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Installs a workspace's lockfile unless it is installed, and adds the packed packages. Needs the npm registry. */
export function installWorkspace(folder: string, tarballs: Readonly<Record<string, string>>): void {
  const wanted = readFileSync(join(folder, 'pnpm-lock.yaml'), 'utf8')
  const installed = join(folder, 'node_modules/.installed-from.yaml')
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== wanted) {
    const pnpm = ['-y', 'pnpm@12.21.0', 'install', '--frozen-lockfile', '--reporter=silent']
    execFileSync('npx', pnpm, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })
    writeFileSync(installed, wanted)
  }
  for (const [name, tarball] of Object.entries(tarballs)) {
    const target = join(folder, 'node_modules/@otel-sessions', name)
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target, { recursive: true })
    execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
  }
}
