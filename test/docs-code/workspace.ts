import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { installWorkspace } from '../../scripts/install-workspace.ts'
import { packageName } from '../../scripts/packages/entry-points.mjs'

/** Installs a workspace of docs/code, and adds the packed packages. */
export function installWithPackages(folder: string, tarballs: Readonly<Record<string, string>>): void {
  installWorkspace(folder)
  for (const [packed, tarball] of Object.entries(tarballs)) {
    const target = join(folder, 'node_modules', packageName(packed))
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target, { recursive: true })
    execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
  }
}
