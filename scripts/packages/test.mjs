// The packages as they would be published, looked at with other people's tools and with our own eyes.
import { spawnSync } from 'node:child_process'
import { pack } from '../pack.mjs'
import { checkContents } from './check-contents.mjs'
import { checkImports } from './check-imports.mjs'
import { checkManifest } from './check-manifest.mjs'
import { unpack } from './unpack.mjs'

/** A tool's complaint: what it printed, if it failed. */
function run(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  return status === 0 ? [] : [`${stdout ?? ''}${stderr ?? ''}${error ?? ''}`.trim() || `exit code ${status}`]
}

function check(folder, tarball) {
  const unpacked = unpack(tarball)
  return {
    publint: run('publint', 'run', tarball, '--strict'),
    attw: run('attw', tarball, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii'),
    contents: checkContents(unpacked),
    manifest: checkManifest(folder, unpacked),
    imports: checkImports(unpacked),
  }
}

const packed = pack()
try {
  for (const [folder, tarball] of Object.entries(packed.tarballs)) {
    for (const [what, problems] of Object.entries(check(folder, tarball))) {
      console.log(`${folder}: ${what} ${problems.length === 0 ? 'ok' : 'FAILED'}`)
      for (const problem of problems) console.log(problem.replace(/^/gm, '    '))
      if (problems.length > 0) process.exitCode = 1
    }
  }
} finally {
  packed.remove()
}
