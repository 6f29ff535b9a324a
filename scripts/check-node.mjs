// After a failed automatic install, pnpm continues on whichever Node the host has, and no result can be trusted.
// So every script starts with this check.
import { existsSync, readFileSync } from 'node:fs'

const root = new URL('../', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
const wanted = `v${manifest.devDependencies.node}`
const missing = Object.keys(manifest.devDependencies).filter(
  (name) => !existsSync(new URL(`node_modules/${name}/package.json`, root)),
)

if (process.version !== wanted || missing.length > 0) {
  const why =
    process.version === wanted
      ? `these packages are not installed: ${missing.join(', ')}`
      : `this is Node ${process.version}, the scripts run on the pinned ${wanted}`
  console.error(`The installation is incomplete: ${why}.`)
  console.error('Run "npx -y pnpm@12.21.0 install --frozen-lockfile" and read its output.')
  process.exit(1)
}
