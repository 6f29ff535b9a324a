import type { MarkdownRenderer } from 'vitepress'

/**
 * Lets a long name in code font, such as that of an environment variable, go on in the next line behind an underscore.
 * The style sheet allows it in tables.
 */
export function breakNames(markdown: MarkdownRenderer): void {
  const { code_inline } = markdown.renderer.rules
  markdown.renderer.rules.code_inline = (...args) =>
    code_inline?.(...args).replace(/(?<=[a-z]_|_\])(?=[a-z[])/gi, '<wbr>') ?? ''
}
