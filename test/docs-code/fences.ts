/** A fenced code block of a Markdown page. */
export interface Fence {
  /** The page's path in the repository. */
  readonly page: string
  /** The number of the line that opens the fence. */
  readonly line: number
  readonly language: string
  /** The file name in brackets: ` ```ts [server.ts] `. */
  readonly name: string | undefined
  /** The other words after the language, such as `no-check`. */
  readonly flags: readonly string[]
  readonly code: string
}

const OPENS = /^(?<indent>[ >]*)(?<marks>`{3,}|~{3,})(?<info>[^`]*)$/

/** All fenced code blocks of a page, in their order. Code of an indented fence is moved to the left. */
export function fencesOf(page: string, markdown: string): Fence[] {
  const fences: Fence[] = []
  const lines = markdown.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const { indent = '', marks = '', info = '' } = OPENS.exec(lines[at] ?? '')?.groups ?? {}
    if (marks === '') continue
    const line = at + 1
    const code: string[] = []
    for (at++; at < lines.length && !closes(lines[at] ?? '', marks); at++) {
      code.push((lines[at] ?? '').slice(indent.length))
    }
    fences.push({ page, line, ...readInfo(info), code: code.join('\n') })
  }
  return fences
}

function closes(line: string, marks: string): boolean {
  const text = line.replace(/^[ >]*/, '').trimEnd()
  return text.length >= marks.length && text === (marks[0] ?? '').repeat(text.length)
}

function readInfo(info: string): Pick<Fence, 'language' | 'name' | 'flags'> {
  const [, name] = /\[([^\]]+)\]/.exec(info) ?? []
  const [first = '', ...flags] = info
    .replace(/\[[^\]]*\]/, '')
    .trim()
    .split(/\s+/)
  // VitePress writes highlighted lines and line numbers beside the language: ts{1,3}, ts:line-numbers.
  return { language: first.replace(/[{:].*$/, ''), name, flags }
}

/** Whether a fence is a whole program or a file of one: it has a file name in brackets. */
export const isFile = ({ name }: Fence): boolean => /^[\w./-]+\.m?[jt]s$/.test(name ?? '')
