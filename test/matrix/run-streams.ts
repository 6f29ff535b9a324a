import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { NODES, nodeBinary } from '../../scripts/nodes.mjs'
import { run } from './command.ts'
import { checkTypes, compile, compiledPath, type TypeChecker } from './compile.ts'
import { FRAMEWORKS, SDK_2 } from './lines.ts'
import { apiOf, makeProject, type Project, putSources, removeProject, root } from './project.ts'
import type { Section } from './report.ts'

const TABLE = 'test/streams/table/main.ts'
const FRAMEWORK_CONSUMER = 'test/matrix/consumer/frameworks.ts'

/** Runs the table of stream shapes, and an application's type check, with the frameworks that create the streams. */
export async function runStreams(
  tarballs: Record<string, string>,
  checkers: readonly TypeChecker[],
  section: Section,
): Promise<void> {
  if (!existsSync(join(root, TABLE))) throw new Error(`${TABLE} is missing`)
  const { packages, overrides } = FRAMEWORKS
  const { '@opentelemetry/sdk-node': _, ...sdk } = SDK_2.packages
  const project = await makeProject({
    name: section.name,
    tarballs,
    packages: { ...sdk, ...packages },
    overrides,
  })
  try {
    section.api = apiOf(project)
    putSources(project, ['test/streams', 'demo/support', FRAMEWORK_CONSUMER])
    if (section.checked('the table of streams', await compile(project, [TABLE])))
      await runTable(project, section)
    for (const checker of checkers) {
      const outcome = await checkTypes(project, [FRAMEWORK_CONSUMER], checker, true)
      const { compiler, resolution } = checker
      section.checked(`types of an application with frameworks, ${resolution}, ${compiler}`, outcome)
    }
  } finally {
    removeProject(project)
  }
}

/** The table is one test on each Node version: it exits with 1 if a cell breaks its promise. */
async function runTable(project: Project, section: Section): Promise<void> {
  for (const node of section.nodes) {
    const { ok, output } = await run(nodeBinary(NODES[node]), [compiledPath(TABLE)], project.folder)
    const last = output.trimEnd().split('\n').at(-1)
    console.log(`${section.name}, Node ${node}: ${last}`)
    section.ran(node, { passed: ok ? 1 : 0, failed: ok ? 0 : 1, complaint: ok ? undefined : output })
  }
}
