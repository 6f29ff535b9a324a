import { defineConfig } from 'vitepress'
import { breakNames } from './break-names.ts'
import { linkCodes } from './code-links.ts'
import { addMermaid } from './mermaid.ts'
import { search } from './search.ts'
import { nav, sidebar } from './sidebar.ts'

/** The address of the repository, where the site is published: pages then have a link that edits them. */
const repository = process.env['DOCS_REPOSITORY_URL']

export default defineConfig({
  title: 'otel-sessions',
  description:
    'Sessions for OpenTelemetry JS: one call, and every span of an LLM or agent application carries its session.',
  lang: 'en-US',
  cleanUrls: true,
  lastUpdated: false,
  // Programs that are included, the tools of the site, and what is only installed.
  srcExclude: ['code/**', 'site/**'],
  // An index as the repository shows it, and as a site does.
  rewrites: {
    'decisions/README.md': 'decisions/index.md',
    'findings/README.md': 'findings/index.md',
  },
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: '/logo.svg' }],
    ['meta', { name: 'theme-color', content: '#0f766e' }],
  ],
  markdown: {
    config(markdown) {
      addMermaid(markdown)
      linkCodes(markdown)
      breakNames(markdown)
    },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-default' },
  },
  // The one large chunk is the index of the search, which is loaded when a reader searches.
  // The development server prints its address as information.
  vite: { logLevel: process.argv.includes('dev') ? 'info' : 'warn', build: { chunkSizeWarningLimit: 2_000 } },
  themeConfig: {
    logo: { src: '/logo.svg', alt: '' },
    nav,
    sidebar,
    outline: [2, 3],
    ...(repository === undefined ? {} : { editLink: { pattern: `${repository}/edit/main/docs/:path` } }),
    search: { provider: 'local', options: search },
    footer: { message: 'Apache-2.0. No cookies, no analytics, nothing from other hosts.' },
  },
})
