import { renderMermaidSVG } from 'beautiful-mermaid'
import type { MarkdownRenderer } from 'vitepress'

/**
 * Renders fences of the language `mermaid` to SVG, when the site is built. The rest of the info string is the
 * accessible title, and required. The colors are those of the page: `theme/style.css` has them.
 */
export function addMermaid(markdown: MarkdownRenderer): void {
  const other = markdown.renderer.rules.fence
  markdown.renderer.rules.fence = (tokens, index, options, env, self) => {
    const { info = '', content = '' } = tokens[index] ?? {}
    const [, language, title] = /^(\S*)\s*(.*)$/.exec(info.trim()) ?? []
    if (language !== 'mermaid') return other?.(tokens, index, options, env, self) ?? ''
    if (!title) throw new Error(`${env.relativePath}: a mermaid fence has no title`)
    return figure(title, renderMermaidSVG(content, { transparent: true, padding: 8 }), `diagram-${index}`)
  }
}

function figure(title: string, svg: string, id: string): string {
  const label = markdownSafe(title)
  // Smaller, its text could not be read: then it scrolls inside the figure.
  const least = Math.round(Number(/ width="([\d.]+)"/.exec(svg)?.[1] ?? 0) * 0.85)
  const drawing = svg
    // Its style sheet loads a font from another host.
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(
      /^<svg ([^>]*?) style="[^"]*"/,
      `<svg $1 style="min-width:${least}px" role="img" aria-label="${label}"`,
    )
    // Several diagrams of a page would have the same IDs.
    .replace(/(\sid="|url\(#)([\w-]+)/g, `$1${id}-$2`)
    // A blank line would end the HTML block.
    .replace(/\n\s*\n/g, '\n')
  return `<figure class="diagram" v-pre>${drawing}</figure>\n`
}

const markdownSafe = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
