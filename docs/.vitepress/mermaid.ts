import { renderMermaidSVG } from 'beautiful-mermaid'
import type { MarkdownRenderer } from 'vitepress'

/**
 * Renders fences of the language `mermaid` to SVG, when the site is built. The rest of the info string is the
 * accessible title, and required.
 */
export function addMermaid(markdown: MarkdownRenderer): void {
  const other = markdown.renderer.rules.fence
  markdown.renderer.rules.fence = (tokens, index, options, env, self) => {
    const { info = '', content = '' } = tokens[index] ?? {}
    const [, title] = /^mermaid(?:\s+(.*))?$/.exec(info.trim()) ?? []
    if (!/^mermaid\b/.test(info.trim())) return other?.(tokens, index, options, env, self) ?? ''
    if (title === undefined) throw new Error(`${env.relativePath}: a mermaid fence has no title`)
    return figure(title, renderMermaidSVG(content, THEME))
  }
}

const THEME = {
  bg: 'var(--vp-c-bg)',
  fg: 'var(--vp-c-text-1)',
  line: 'var(--vp-c-text-2)',
  accent: 'var(--vp-c-brand-1)',
  muted: 'var(--vp-c-text-2)',
  surface: 'var(--vp-c-bg-soft)',
  border: 'var(--vp-c-brand-1)',
  transparent: true,
  // The renderer's own spacing makes a diagram of six steps taller than a screen.
  padding: 12,
  nodeSpacing: 20,
  layerSpacing: 28,
}

function figure(title: string, svg: string): string {
  const label = title.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
  // Vue drops a `<style>` in the browser, and the last node of the diagram with it. This one also imports a font from the
  // network. `theme/style.css` has its rules.
  const drawing = svg
    .replace(/<style>.*?<\/style>/s, '')
    .replace('<svg ', `<svg role="img" aria-label="${label}" `)
  // Vue would take `{{` for an expression.
  return `<figure class="diagram" v-pre>${drawing}</figure>\n`
}
