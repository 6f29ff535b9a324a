import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FOLDERS, packageName } from '../../scripts/packages/entry-points.mjs'
import type { Project } from './project.ts'

/**
 * Finds OpenTelemetry packages other than the API in the published declaration files. There must be none, because it
 * would tie every application to one SDK line.
 */
export function sdkNamesInTypes({ folder }: Project): string[] {
  return FOLDERS.map(packageName).flatMap((name) => {
    const dist = join(folder, 'node_modules', name, 'dist')
    const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.d.ts'),
    )
    if (!files.includes('index.d.ts')) return [`${name} has no dist/index.d.ts`]
    return files.flatMap((file) => {
      const text = readFileSync(join(dist, file), 'utf8')
      return importsIn(text).map((imported) => `${name}/dist/${file} names ${imported}`)
    })
  })
}

const importsIn = (text: string): string[] =>
  [...text.matchAll(/\b(?:from|import\() ?'(@opentelemetry\/[\w-]+)/g)]
    .map(([, name = '']) => name)
    .filter((name) => name !== '@opentelemetry/api')
