import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/** The contents of a tarball: its manifest, its files (with `/`, relative to the package), and a function to read one. */
export function unpack(tarball) {
  const folder = mkdtempSync(join(dirname(tarball), 'unpacked-'))
  execFileSync('tar', ['-xzf', tarball, '-C', folder])
  const root = join(folder, 'package')
  const files = readdirSync(root, { recursive: true })
    .filter((file) => statSync(join(root, file)).isFile())
    .map((file) => file.split(sep).join('/'))
    .sort()
  const read = (file) => readFileSync(join(root, file), 'utf8')
  return {
    manifest: JSON.parse(read('package.json')),
    files,
    read,
    /** Resolves a path relative to a file, if the result is inside the package. */
    resolve(from, target) {
      const file = join(root, dirname(from), target)
      const path = relative(root, file).split(sep).join('/')
      return path.startsWith('..') || !existsSync(file) ? undefined : path
    },
  }
}
