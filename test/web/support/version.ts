import { readFileSync } from 'node:fs'

/** The version of a package that this workspace, or one in it, has installed. */
export function versionOf(name: string, workspace = '.'): string {
  const file = new URL(`../${workspace}/node_modules/${name}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
