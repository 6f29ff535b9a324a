import type { MarkdownRenderer } from 'vitepress'
import { PROBLEM_CODES } from '../../test/docs-tables/codes.ts'

type Token = InstanceType<MarkdownRenderer['core']['State']>['tokens'][number]

/** Makes every problem code in code font a link to what is said about it, except where it has a heading or an anchor. */
export function linkCodes(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('problem-code-links', ({ tokens, Token }) => {
    for (const [index, { children }] of tokens.entries()) {
      if (children === null || tokens[index - 1]?.type === 'heading_open') continue
      tokens[index]?.children?.splice(
        0,
        children.length,
        ...children.flatMap((token, at) => linked(token, at, children)),
      )
    }

    function linked(token: Token, at: number, among: readonly Token[]): Token[] {
      const { type, content } = token
      const before = among[at - 1]
      const isLinked = before?.type === 'link_open' || before?.content === '</a>'
      if (type !== 'code_inline' || isLinked || !PROBLEM_CODES.includes(content)) return [token]
      const open = new Token('link_open', 'a', 1)
      open.attrSet('href', `/guide/troubleshooting.md#${content.replace(':', '-')}`)
      return [open, token, new Token('link_close', 'a', -1)]
    }
  })
}
