import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Project } from './project.ts'

/**
 * Finds OpenTelemetry packages other than the API in the published declaration files. There must be none, because it
 * would tie every application to one SDK line.
 */
export function sdkNamesInTypes({ folder }: Project): string[] {
  const packages = join(folder, 'node_modules/@otel-sessions')
  const files = readdirSync(packages, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.d.ts'),
  )
  for (const name of ['semconv', 'processor', 'exporter']) {
    if (!files.includes(join(name, 'dist/index.d.ts'))) return [`${name} has no dist/index.d.ts`]
  }
  return files.flatMap((file) => {
    const names = readFileSync(join(packages, file), 'utf8').match(/@opentelemetry\/[\w-]+/g) ?? []
    return names.filter((name) => name !== '@opentelemetry/api').map((name) => `${file} names ${name}`)
  })
}
