/** Colors of the report. Plain where the terminal has none: NO_COLOR, FORCE_COLOR and pipes are respected. */
import { stripVTControlCharacters, styleText } from 'node:util'

type Style = (text: string) => string

export interface Paint {
  good: Style
  bad: Style
  warn: Style
  dim: Style
  bold: Style
}

const same: Style = (text) => text

export const plain: Paint = { good: same, bad: same, warn: same, dim: same, bold: same }

export function paintFor(stream: NodeJS.WritableStream): Paint {
  const style =
    (format: Parameters<typeof styleText>[0]): Style =>
    (text) =>
      styleText(format, text, { stream })
  return {
    good: style('green'),
    bad: style('red'),
    warn: style('yellow'),
    dim: style('dim'),
    bold: style('bold'),
  }
}

/** Columns of a terminal; 80 where it does not say, or says 0 as one without a size does. */
export const columnsOf = ({ columns }: { columns?: number }): number => columns || 80

/** Columns that a text takes on the screen. */
export const widthOf = (text: string): number => stripVTControlCharacters(text).length

export const padTo = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)))

/** The lines, each broken between words where it is wider than the screen; what follows is indented further. */
export const wrapTo = (lines: readonly string[], width: number): string[] =>
  lines.flatMap((line) => {
    if (widthOf(line) <= width) return [line]
    const indent = `${/^ */.exec(stripVTControlCharacters(line))?.[0] ?? ''}  `
    const broken: string[] = []
    for (const word of line.split(/(?<=\S) +/)) {
      const last = broken.at(-1)
      if (last === undefined) broken.push(word)
      else if (widthOf(`${last} ${word}`) <= width) broken.splice(-1, 1, `${last} ${word}`)
      else broken.push(indent + word)
    }
    return broken
  })
