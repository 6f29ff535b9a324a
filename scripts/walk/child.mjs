// One walk, in a process that does nothing else. Sends what it passes to the parent.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { coverageOf } from './coverage.mjs'
import { filesOf, ofOpenTelemetry, ofOurs } from './files.mjs'
import { prepare } from './prepare.mjs'

const [name, root] = process.argv.slice(2)
const { resolve } = createRequire(join(root, 'package.json'))

/** Imports a package as the checkout has it. */
const load = (specifier) => import(pathToFileURL(resolve(specifier)).href)

const { walk, close } = await prepare(name, load)
try {
  const scripts = await coverageOf(walk)
  process.send(filesOf(scripts, name === 'stock' ? ofOpenTelemetry : ofOurs(root)))
} finally {
  await close()
}
process.disconnect()
