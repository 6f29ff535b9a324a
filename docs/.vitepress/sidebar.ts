import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { DefaultTheme } from 'vitepress'

type Item = DefaultTheme.SidebarItem

const item = (text: string, link: string): Item => ({ text, link })

/** The pages that `site/api.ts` wrote; empty before `docs:build` has run once. */
function apiPages(): Item[] {
  const file = new URL('../reference/api/sidebar.json', import.meta.url)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Item[]) : []
}

const guide: Item[] = [
  {
    text: 'Guide',
    items: [
      item('Getting started', '/guide/getting-started'),
      item('Entering a session', '/guide/entering-a-session'),
      item('Streams', '/guide/streams'),
      item('Queues and pools', '/guide/queues'),
      item('Batches (DataLoader)', '/guide/batches'),
      item('Query builders and Observables', '/guide/lazy'),
      item('Long-lived connections', '/guide/connections'),
      item('Precedence', '/guide/precedence'),
      item('Backends', '/guide/backends'),
      item('Backfill', '/guide/backfill'),
      item('Session object', '/guide/session-object'),
      item('Usage and cost', '/guide/usage-and-cost'),
      item('Delivery', '/guide/delivery'),
      item('Sampling', '/guide/sampling'),
      item('Privacy', '/guide/privacy'),
    ],
  },
  {
    text: 'Help',
    items: [item('Troubleshooting', '/guide/troubleshooting'), item('FAQ', '/guide/faq')],
  },
  {
    text: 'Background',
    items: [item('Runtimes and versions', '/runtimes'), item('What it costs', '/cost')],
  },
]

const frameworks: Item[] = [
  {
    text: 'Requests and messages',
    items: [
      item('Express', '/frameworks/express'),
      item('Fastify', '/frameworks/fastify'),
      item('Hono', '/frameworks/hono'),
      item('Koa', '/frameworks/koa'),
      item('Nest', '/frameworks/nest'),
      item('Next.js', '/frameworks/next'),
      item('Bun, Deno, Workers', '/frameworks/fetch'),
      item('BullMQ and other queues', '/frameworks/worker'),
      item('AWS Lambda', '/frameworks/lambda'),
      item('socket.io', '/frameworks/socket-io'),
      item('MCP', '/frameworks/mcp'),
    ],
  },
  {
    text: 'Models and agents',
    items: [
      item('All, and what was measured', '/frameworks/'),
      item('LangChain and LangGraph', '/frameworks/langchain'),
      item('OpenAI SDK', '/frameworks/openai'),
      item('AI SDK', '/frameworks/ai-sdk'),
      item('OpenAI Agents', '/frameworks/openai-agents'),
      item('Mastra', '/frameworks/mastra'),
    ],
  },
  {
    text: 'Beside other libraries',
    items: [
      item('Langfuse', '/frameworks/langfuse'),
      item('OpenInference', '/frameworks/openinference'),
      item('LangSmith', '/frameworks/langsmith'),
      item('Sentry', '/frameworks/sentry'),
      item('Traceloop', '/frameworks/traceloop'),
      item('Baggage', '/frameworks/baggage'),
    ],
  },
]

const reference: Item[] = [
  {
    text: 'Reference',
    items: [
      item('Packages', '/reference/packages'),
      item('Session IDs', '/reference/session-ids'),
      item('Aliases', '/reference/aliases'),
      item('Backends', '/reference/backends'),
      item('Stream shapes', '/reference/streams'),
      item('Environment variables', '/reference/environment'),
      item("OpenTelemetry's promises", '/reference/contract'),
      item('Attributes', '/reference/attributes'),
    ],
  },
  { text: 'API', items: [item('All entry points', '/reference/api/'), ...apiPages()] },
]

const migration: Item[] = [
  {
    text: 'Migration',
    items: [
      item('Compared with other helpers', '/migration/comparison'),
      item('From Langfuse', '/migration/langfuse'),
      item('From OpenInference', '/migration/openinference'),
      item('From Traceloop', '/migration/traceloop'),
      item('From your own processor', '/migration/own-processor'),
    ],
  },
]

/** The pages of a folder, by their first headings. */
function pagesOf(folder: string): Item[] {
  const files = readdirSync(new URL(`../${folder}/`, import.meta.url)).filter((name) => name.endsWith('.md'))
  return files
    .filter((name) => name !== 'README.md')
    .map((name) => {
      const text = readFileSync(new URL(`../${folder}/${name}`, import.meta.url), 'utf8')
      return item(
        /^# (.*)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? name,
        `/${folder}/${name.replace(/\.md$/, '')}`,
      )
    })
}

const contributing: Item[] = [
  {
    text: 'Contributing',
    items: [
      item('How to contribute', '/contributing/'),
      item('Recordings', '/contributing/recordings'),
      item('Source documents', '/contributing/source-documents'),
    ],
  },
  {
    text: 'Decisions',
    collapsed: false,
    items: [item('All decisions', '/decisions/'), ...pagesOf('decisions')],
  },
  {
    text: 'Findings',
    collapsed: false,
    items: [item('All findings', '/findings/'), ...pagesOf('findings')],
  },
]

export const sidebar: DefaultTheme.Sidebar = {
  '/guide/': guide,
  '/runtimes': guide,
  '/cost': guide,
  '/frameworks/': frameworks,
  '/reference/': reference,
  '/migration/': migration,
  '/contributing/': contributing,
  '/decisions/': contributing,
  '/findings/': contributing,
}

export const nav: DefaultTheme.NavItem[] = [
  { text: 'Guide', link: '/guide/getting-started', activeMatch: '^/guide/' },
  { text: 'Frameworks', link: '/frameworks/', activeMatch: '^/frameworks/' },
  { text: 'Reference', link: '/reference/packages', activeMatch: '^/reference/' },
  { text: 'Migration', link: '/migration/comparison', activeMatch: '^/migration/' },
  {
    text: 'More',
    items: [
      { text: 'Runtimes', link: '/runtimes' },
      { text: 'Cost', link: '/cost' },
      { text: 'Contributing', link: '/contributing/' },
      { text: 'Decisions', link: '/decisions/' },
      { text: 'Findings', link: '/findings/' },
    ],
  },
]
