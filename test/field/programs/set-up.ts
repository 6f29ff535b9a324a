// A user forgets the processor, or bundles the packages twice, as Next.js does.
// Right: the spans have their sessions wherever that is possible, and what is wrong is counted and logged.
import { fileURLToPath } from 'node:url'
import { usingSession } from '@otel-sessions/processor'
import { build } from 'esbuild'
import type { Case, Field } from '../program.ts'

type Processor = typeof import('@otel-sessions/processor')

/** Each user's requests are served by another copy. */
const run =
  (load: () => Promise<readonly Pick<Processor, 'usingSession'>[]>) =>
  async ({ users, session, work }: Field): Promise<void> => {
    const copies = await load()
    const serve = async (user: string, index: number) => {
      const copy = copies[index % copies.length]
      await copy?.usingSession(session(user), () => work(user))
    }
    await Promise.all(users.map(serve))
  }

/** Two minified bundles with the processor in each, and one API. */
async function loadBundles(): Promise<Processor[]> {
  const bundles = ['one', 'two'].map(async (name) => {
    // In a folder that resolves the API.
    const outfile = fileURLToPath(new URL(`../node_modules/.bundles/${name}.js`, import.meta.url))
    await build({
      stdin: {
        contents: "export * from '@otel-sessions/processor'",
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      },
      outfile,
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'node',
      external: ['@opentelemetry/api'],
    })
    return (await import(outfile)) as Processor
  })
  return Promise.all(bundles)
}

export const cases: readonly Case[] = [
  {
    name: 'without SessionSpanProcessor',
    library: '@opentelemetry/sdk-trace-base',
    spanProcessors: ([, exporting]) => (exporting ? [exporting] : []),
    expected: {
      right: 0,
      missing: { work: 3 },
      problems: { 'processor:missing': /lacks sessionProcessors or SessionSpanProcessor/ },
    },
    run: run(async () => [{ usingSession }]),
  },
  {
    name: 'bundled twice',
    library: '@opentelemetry/sdk-trace-base',
    expected: { right: 3, problems: { 'packages:two-copies': /Load one/ } },
    run: run(loadBundles),
  },
]
