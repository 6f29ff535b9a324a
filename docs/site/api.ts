// Writes the API pages from the doc comments: one page for each entry point that is public.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Application, Comment, Converter, ReflectionKind, type TypeDocOptions } from 'typedoc'
import { entryPoints as entryPointsOf, FOLDERS, isInternal } from '../../scripts/packages/entry-points.mjs'

const packages = fileURLToPath(new URL('../../packages/', import.meta.url))
const out = fileURLToPath(new URL('../reference/api/', import.meta.url))

/**
 * The source files of the entry points, by the name that an application imports. Of several conditions the first, which is
 * Node's and has everything.
 */
function entryPoints(): Map<string, string> {
  const files = new Map<string, string>()
  // What applications import comes first.
  for (const folder of FOLDERS.toReversed()) {
    const manifest = JSON.parse(readFileSync(`${packages}${folder}/package.json`, 'utf8'))
    for (const { name, code = '' } of entryPointsOf(manifest)) {
      const source = code.replace('dist/', `${packages}${folder}/src/`).replace(/\.(c?)js$/, '.$1ts')
      if (!isInternal(name) && !files.has(name)) files.set(name, source)
    }
  }
  return files
}

const entries = entryPoints()
/** The names of the pages, by the source file: `processor-lifecycle`. */
const pages = new Map([...entries].map(([name, file]) => [file, pageOf(name)]))

function pageOf(name: string): string {
  return name.replace('@otel-sessions/', '').replaceAll(/[/.]/g, '-')
}

const app = await Application.bootstrapWithPlugins({
  name: 'API',
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: [...entries.values()],
  tsconfig: fileURLToPath(new URL('tsconfig.api.json', import.meta.url)),
  readme: 'none',
  disableSources: true,
  logLevel: 'Warn',
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  // Of the Markdown plugin.
  out,
  outputFileStrategy: 'modules',
  flattenOutputFiles: true,
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  pageTitleTemplates: { module: ({ name }: { name: string }) => importOf(name) },
  useCodeBlocks: true,
  useCustomAnchors: true,
  parametersFormat: 'table',
} as Partial<TypeDocOptions>)

function importOf(page: string): string {
  return [...entries.keys()].find((name) => pageOf(name) === page) ?? page
}

/** The first paragraph of each entry point's comment; the rest is about the files behind it. */
const summaries = new Map<string, string>()

/** Entry points that are one file, whose comment is that of its only export. */
const WITHOUT_COMMENT: Readonly<Record<string, string>> = {
  'analytics-prices': 'List prices of models, for the option `prices` of `SessionAnalytics`.',
  'otel-sessions-express': 'The session of each request of Express, Connect and their like.',
  'otel-sessions-fastify': 'The session of each request of Fastify.',
  'otel-sessions-hono': 'The session of each request of Hono.',
  'otel-sessions-koa': 'The session of each request of Koa.',
  'otel-sessions-nest': 'The session of each request of Nest.',
  'otel-sessions-next': 'The session of route handlers, server actions and server components of Next.js.',
  'otel-sessions-fetch':
    'The session of handlers that return a `Response`, as on Bun, Deno and Cloudflare Workers.',
  'otel-sessions-worker': 'The session of each job or message, of BullMQ and other queues.',
  'otel-sessions-lambda': 'The session of each event of AWS Lambda.',
  'otel-sessions-socket-io': 'The session of each connection of socket.io.',
  'otel-sessions-mcp': 'The session of each call of an MCP server, and of what it calls back.',
}

app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
    module.name = pages.get(project.getSymbolIdFromReflection(module)?.fileName ?? '') ?? module.name
    const comment = (module.comment?.summary ?? []).map(({ text }) => text).join('')
    const [summary = ''] = (comment || (WITHOUT_COMMENT[module.name] ?? '')).split('\n\n')
    module.comment = new Comment([{ kind: 'text', text: summary }])
    summaries.set(module.name, summary.replaceAll('\n', ' '))
  }
})

rmSync(out, { recursive: true, force: true })
const project = await app.convert()
if (project === undefined) process.exit(1)
app.validate(project)
await app.generateOutputs(project)

const list = [...entries.keys()].map((name) => {
  const page = pageOf(name)
  return `| [\`${name}\`](${page}.md) | ${summaries.get(page)} |`
})
const head = '# API\n\nEvery public export, by the entry point that you import it from.\n'
writeFileSync(`${out}index.md`, [head, '| import | what it is |', '| --- | --- |', ...list, ''].join('\n'))
const items = [...entries.keys()].map((name) => ({
  text: name.replace('@otel-sessions/', ''),
  link: `/reference/api/${pageOf(name)}`,
}))
writeFileSync(`${out}sidebar.json`, JSON.stringify(items))
process.exitCode = app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0
