// Packs all packages into packed/, for those who try them before they are on npm, and prints the command that installs
// them in any other folder.
import { mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packInto } from './pack.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'packed')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
const tarballs = Object.values(packInto(folder))
console.log(`npm i ${tarballs.map((file) => quote(join(folder, basename(file)))).join(' ')}`)

/** A path as one word of a shell. */
function quote(path) {
  return /^[\w/.@:-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}
