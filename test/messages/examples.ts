import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { execute } from '../docs-code/programs/execute.ts'
import { differences } from '../docs-code/programs/judge.ts'
import { EXPECTED, type Expected } from '../examples/expected.ts'

const examples = fileURLToPath(new URL('../../examples/', import.meta.url))
const folder = fileURLToPath(new URL('./.programs/', import.meta.url))

/** The examples whose libraries are installed here. */
export const EXAMPLES: readonly string[] = Object.keys(EXPECTED).filter(
  (file) => EXPECTED[file]?.isForMessages,
)

/** Copies the examples to where their libraries are. */
export function copyExamples(): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const file of EXAMPLES) copyFileSync(examples + file, folder + file)
}

/** Runs an example, and says what it does not do that it promises; a sentence each. */
export async function runExample(file: string, redisPort: number): Promise<string[]> {
  const { sessions, none, users = {} } = EXPECTED[file] as Expected
  const env = { REDIS_URL: `redis://127.0.0.1:${redisPort}` }
  const run = await execute(folder, file, { sessions, ...(none && { none }), env }, '')
  const others = run.spans.filter(({ attributes }) => {
    const { 'session.id': id, 'user.id': user } = attributes
    return user !== users[String(id)]
  })
  return [
    ...differences({ sessions, ...(none && { none }) }, run),
    ...others.map(({ name, attributes }) => `${name} has the user ${attributes['user.id']}`),
  ]
}
