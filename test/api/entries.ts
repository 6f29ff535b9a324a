import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../', import.meta.url)

// Only for the packages of this project: they pin each other's version, so it may change in any release.
const NOT_PUBLIC = ['@otel-sessions/semconv/internal']

/** A public entry point, its published declarations, and the file with its interface. */
export interface Entry {
  readonly name: string
  readonly declarations: string
  readonly snapshot: string
}

/** Every public entry point of the packages, read from their `exports`. */
export function publicEntries(): Entry[] {
  return ['semconv', 'processor', 'exporter', 'analytics'].flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(new URL(`packages/${folder}/package.json`, root), 'utf8'))
    return Object.entries<{ types?: string }>(manifest.exports)
      .map(([path, { types }]) => ({ name: manifest.name + path.slice(1), types }))
      .filter(({ name, types }) => types !== undefined && !NOT_PUBLIC.includes(name))
      .map(({ name, types }) => ({
        name,
        declarations: fileURLToPath(new URL(`packages/${folder}/${types}`, root)),
        snapshot: fileURLToPath(
          new URL(`./${name.replace('@otel-sessions/', '').replaceAll('/', '-')}.d.ts.txt`, import.meta.url),
        ),
      }))
  })
}
