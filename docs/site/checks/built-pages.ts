import { readdirSync, readFileSync } from 'node:fs'

/** The pages of the built site, by their path without `.html`: `/guide/streams`, `/`. */
export function builtPages(dist: string): Map<string, string> {
  const pages = new Map<string, string>()
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.html')) continue
    const path = `/${file.replaceAll('\\', '/').replace(/\.html$/, '')}`.replace(/\/index$/, '/')
    pages.set(path, readFileSync(`${dist}/${file}`, 'utf8'))
  }
  return pages
}

const HREF = /<a\b[^>]*?\shref="([^"]*)"/g
const ID = /\s(?:id|name)="([^"]*)"/g

/** Links from a page to a page or a heading that is not there. VitePress itself checks the pages, but no headings. */
export function deadLinks(pages: ReadonlyMap<string, string>): string[] {
  const ids = new Map([...pages].map(([path, html]) => [path, new Set(matches(html, ID))]))
  const dead = new Set<string>()
  for (const [path, html] of pages) {
    for (const href of matches(html, HREF)) {
      const url = new URL(href.replaceAll('&amp;', '&'), `http://site${path}`)
      if (url.host !== 'site' || /\.\w+$/.test(url.pathname)) continue
      const target = ids.get(url.pathname) ?? ids.get(`${url.pathname}/`)
      const anchor = decodeURIComponent(url.hash.slice(1))
      if (target === undefined || (anchor !== '' && !target.has(anchor))) dead.add(`${path}: ${href}`)
    }
  }
  return [...dead]
}

const matches = (html: string, pattern: RegExp) => [...html.matchAll(pattern)].map(([, text = '']) => text)

/** What a browser would fetch from another host while it shows the site. Links that a reader follows do not count. */
export function otherHosts(dist: string): string[] {
  const found = new Set<string>()
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const patterns = /\.html$/.test(file)
      ? IN_HTML
      : /\.css$/.test(file)
        ? IN_CSS
        : /\.js$/.test(file)
          ? IN_JS
          : []
    const text = patterns.length === 0 ? '' : readFileSync(`${dist}/${file}`, 'utf8')
    for (const pattern of patterns) for (const url of matches(text, pattern)) found.add(`${file}: ${url}`)
  }
  return [...found]
}

const IN_CSS = [/url\(\s*["']?((?:https?:)?\/\/[^)"']+)/g, /@import\s*["']((?:https?:)?\/\/[^"']+)/g]
const IN_JS = [/(?:import|fetch|Worker|EventSource|WebSocket)\(\s*["'`]((?:https?:|wss?:)?\/\/[^"'`]+)/g]
const IN_HTML = [
  /<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*?\s(?:src|srcset|data|poster)="((?:https?:)?\/\/[^"]+)/g,
  /<link\b[^>]*?\shref="((?:https?:)?\/\/[^"]+)/g,
  ...IN_CSS,
]
