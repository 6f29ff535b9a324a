import { defineConfig } from 'vitepress'
import { addMermaid } from './mermaid.ts'
import { search } from './search.ts'
import { nav, sidebar } from './sidebar.ts'

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
    config: addMermaid,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-default' },
  },
  vite: { logLevel: 'warn' },
  themeConfig: {
    logo: { src: '/logo.svg', alt: '' },
    nav,
    sidebar,
    outline: [2, 3],
    search: { provider: 'local', options: search },
    footer: { message: 'Apache-2.0. No cookies, no analytics, nothing from other hosts.' },
  },
})
