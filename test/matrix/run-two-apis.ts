import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { compile, compiledPath } from './compile.ts'
import type { Line } from './lines.ts'
import { apiOf, makeProject, removeProject } from './project.ts'
import type { Section } from './report.ts'
import { putSuite } from './run-line.ts'
import { runTests } from './suite-run.ts'

/** Tests an application whose packages resolve another copy of the OpenTelemetry API than the application. */
export interface TwoApis {
  readonly name: string
  readonly line: Line
  /** The version that our packages resolve. */
  readonly ours: string
  /** The test file. */
  readonly test: string
}

/** npm never does this with a valid package.json; a lock file, an `overrides` or a bundler can. */
export async function runTwoApis(
  { name, line, ours, test }: TwoApis,
  tarballs: Record<string, string>,
  section: Section,
): Promise<void> {
  const { '@opentelemetry/sdk-node': _, ...packages } = line.packages
  const other = { 'other-api': `npm:@opentelemetry/api@${ours}` }
  const project = await makeProject({ name, tarballs, packages: { ...packages, ...other } })
  try {
    const modules = join(project.folder, 'node_modules')
    for (const one of ['processor', 'exporter']) {
      const nested = join(modules, '@otel-sessions', one, 'node_modules/@opentelemetry/api')
      cpSync(join(modules, 'other-api'), nested, { recursive: true })
    }
    section.api = apiOf(project)
    const versions = section.api.split(', ')
    if (versions.filter((version) => version === ours).length !== 2 || versions.length !== 3) {
      throw new Error(`the second copy of the API is missing: ${versions.join(', ')}`)
    }
    putSuite(project, line)
    if (!section.checked('the tests', await compile(project, [test]))) return
    for (const node of section.nodes) {
      section.ran(node, await runTests(project.folder, [compiledPath(test)], node))
    }
  } finally {
    removeProject(project)
  }
}
