// Checks the packages as they would be published, with public tools and with the checks in this folder.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { pack } from '../pack.mjs'
import { checkContents } from './check-contents.mjs'
import { checkImports } from './check-imports.mjs'
import { checkManifest } from './check-manifest.mjs'
import { unpack } from './unpack.mjs'

/** Suggestions count too: there are none today, and ignoring one needs a reason here. */
async function publintProblems(tarball) {
  const { buffer, byteOffset, byteLength } = readFileSync(tarball)
  const packed = { tarball: buffer.slice(byteOffset, byteOffset + byteLength) }
  const { messages, pkg } = await publint({ pack: packed, strict: true })
  return messages.map((message) => `${message.type}: ${formatMessage(message, pkg, { color: false })}`)
}

function attwProblems(tarball) {
  const args = [tarball, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii']
  const { status, stdout, stderr, error } = spawnSync('attw', args, { encoding: 'utf8' })
  return status === 0 ? [] : [`${stdout ?? ''}${stderr ?? ''}${error ?? ''}`.trim() || `exit code ${status}`]
}

async function check(folder, tarball) {
  const unpacked = unpack(tarball)
  return {
    publint: await publintProblems(tarball),
    attw: attwProblems(tarball),
    contents: checkContents(unpacked),
    manifest: checkManifest(folder, unpacked),
    imports: checkImports(unpacked),
  }
}

const packed = pack()
try {
  for (const [folder, tarball] of Object.entries(packed.tarballs)) {
    for (const [what, problems] of Object.entries(await check(folder, tarball))) {
      console.log(`${folder}: ${what} ${problems.length === 0 ? 'ok' : 'FAILED'}`)
      for (const problem of problems) console.log(problem.replace(/^/gm, '    '))
      if (problems.length > 0) process.exitCode = 1
    }
  }
} finally {
  packed.remove()
}
