import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { entryPoints, FOLDERS, isInternal } from '../../scripts/packages/entry-points.mjs'

const root = new URL('../../', import.meta.url)

/** A public entry point, its published declarations, and the file with its interface. */
export interface Entry {
  readonly name: string
  readonly declarations: string
  readonly snapshot: string
}

/** Every public entry point of the packages, and each condition of one that has several, read from their `exports`. */
export function publicEntries(): Entry[] {
  return FOLDERS.flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(new URL(`packages/${folder}/package.json`, root), 'utf8'))
    return entryPoints(manifest)
      .filter(({ name }) => !isInternal(name))
      .map(({ name, condition, code = '' }) => ({
        name: condition === undefined ? name : `${name} (${condition})`,
        // Beside the code: TypeScript knows one file of types for all conditions.
        declarations: fileURLToPath(
          new URL(`packages/${folder}/${code.replace(/\.(c?)js$/, '.d.$1ts')}`, root),
        ),
        snapshot: fileURLToPath(new URL(snapshotOf(name, condition), import.meta.url)),
      }))
  })
}

function snapshotOf(name: string, condition?: string): string {
  const parts = [name.replace('@otel-sessions/', ''), ...(condition?.split(', ') ?? [])]
  return `./${parts.join('-').replaceAll('/', '-')}.d.ts.txt`
}
