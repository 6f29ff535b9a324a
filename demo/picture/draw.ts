/** The picture of the README: one request's trace without and with us, as an SVG of text and shapes. */
import type { Share } from '../report/figures.ts'
import type { TraceLine } from '../report/trace.ts'
import type { Layout } from './layout.ts'
import type { Theme } from './theme.ts'

export interface Picture {
  /** All spans of the conversations. */
  without: Share
  withUs: Share
  /** The request that is shown, with the same spans in the same order. */
  request: { text: string; without: readonly TraceLine[]; withUs: readonly TraceLine[] }
}

/** Space between the pills of two columns. */
const PILL_GAP = 8

const SANS = `-apple-system, BlinkMacSystemFont, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif`
const MONO = `ui-monospace, SFMono-Regular, 'SF Mono', Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace`

export function drawPicture(picture: Picture, layout: Layout, theme: Theme): string {
  const { width, margin, title, font, row } = layout
  const { without, withUs, request } = picture
  const headline = `${withUs.carrying} of ${withUs.spans} spans carry their session`
  const explanation = layout.explanation(
    `Without otel-sessions, only ${without.carrying} do.`,
    `“${request.text}”`,
  )
  const lineHeight = font * 1.55
  const headings = margin + title + explanation.length * lineHeight + font * 2.5
  const top = headings + font * 2
  const height = Math.ceil(top + request.withUs.length * row + margin * 0.8)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escapeXml(headline)}, ${without.carrying} without otel-sessions</title>`,
    `<desc id="desc">${escapeXml(describe(picture))}</desc>`,
    `<style>${style(theme, layout)}</style>`,
    `<rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10"/>`,
    text('title', margin, margin + title * 0.8, headline),
    ...explanation.map((line, index) =>
      text('muted', margin, margin + title + font * 1.25 + index * lineHeight, line),
    ),
    ...drawHeadings(picture, layout, headings),
    ...request.withUs.flatMap((line, index) => drawLabel(line, index, request.withUs, top, layout)),
    ...drawColumn(request.without, top, columnAt(layout, 0), layout),
    ...drawColumn(request.withUs, top, columnAt(layout, 1), layout),
    '</svg>',
    '',
  ].join('\n')
}

function describe({ request }: Picture): string {
  const carrying = (lines: readonly TraceLine[]) =>
    lines.filter(({ session }) => session !== undefined).length
  const unassigned = request.without.filter(({ session }) => session === undefined)
  return (
    `The trace of one request, drawn twice from what an OpenTelemetry collector received. ` +
    `Without otel-sessions, ${carrying(request.without)} of its ${request.without.length} spans carry a session; ` +
    `these do not: ${unassigned.map(nameOf).join(', ')}. ` +
    `With usingSession, ${carrying(request.withUs)} of ${request.withUs.length} carry the same one.`
  )
}

function drawHeadings({ request }: Picture, layout: Layout, y: number): string[] {
  return [request.without, request.withUs].flatMap((lines, column) => {
    const x = columnAt(layout, column) + (layout.cell - PILL_GAP) / 2
    const carrying = lines.filter(({ session }) => session !== undefined).length
    const kind = carrying === lines.length ? 'all' : 'some'
    return [
      text('heading', x, y, layout.headings[column] ?? ''),
      text(`count ${kind}`, x, y + layout.font * 1.35, layout.count(carrying, lines.length)),
    ]
  })
}

function drawLabel(
  line: TraceLine,
  index: number,
  lines: readonly TraceLine[],
  top: number,
  layout: Layout,
): string[] {
  const { margin, indent, row, font } = layout
  const depth = line.continues.length
  const x = margin + depth * indent
  const middle = top + index * row + row / 2
  const trunk = x - indent * 0.62
  const parts = [
    `<text class="name" x="${round(x)}" y="${round(middle + font * 0.35)}">${escapeXml(line.name)}${
      line.detail ? ` <tspan class="detail">${escapeXml(line.detail)}</tspan>` : ''
    }</text>`,
  ]
  if (depth === 0) return parts
  const bottom = middle + (lastChildBelow(lines, index) - index) * row
  const above = middle - row / 2
  parts.push(`<path class="branch" d="M${round(trunk)} ${round(middle)}H${round(x - 3)}"/>`)
  // The first child draws the trunk down to the last one.
  if (isFirstChild(lines, index))
    parts.push(`<path class="branch" d="M${round(trunk)} ${round(above)}V${round(bottom)}"/>`)
  return parts
}

const isFirstChild = (lines: readonly TraceLine[], index: number): boolean =>
  lines[index - 1]?.continues.length === (lines[index]?.continues.length ?? 0) - 1

/** The index of the last sibling of the span at `index`. */
function lastChildBelow(lines: readonly TraceLine[], index: number): number {
  const depth = lines[index]?.continues.length ?? 0
  let last = index
  for (let next = index + 1; next < lines.length; next++) {
    const nextDepth = lines[next]?.continues.length ?? 0
    if (nextDepth < depth) break
    if (nextDepth === depth) last = next
  }
  return last
}

function drawColumn(lines: readonly TraceLine[], top: number, x: number, layout: Layout): string[] {
  const { row, cell, font } = layout
  return lines.flatMap(({ session }, index) => {
    const { carrying, missing } = layout.words(session ?? '')
    const kind = session === undefined ? 'missing' : 'carrying'
    const y = top + index * row
    const middle = round(x + (cell - PILL_GAP) / 2)
    return [
      `<rect class="${kind}" x="${round(x)}" y="${round(y + 3)}" width="${cell - PILL_GAP}" height="${row - 6}" rx="6"/>`,
      text(`in-${kind}`, middle, y + row / 2 + font * 0.32, session === undefined ? missing : carrying),
    ]
  })
}

const columnAt = ({ width, margin, cell }: Layout, column: number): number =>
  width - margin - (2 - column) * cell + PILL_GAP

const nameOf = ({ name, detail }: TraceLine): string => (detail ? `${name} ${detail}` : name)

function style(theme: Theme, { font, title }: Layout): string {
  const small = round(font * 0.88)
  return [
    `text{font-family:${SANS};font-size:${font}px;fill:${theme.text}}`,
    `.card{fill:${theme.background};stroke:${theme.border}}`,
    `.title{font-size:${title}px;font-weight:700}`,
    `.muted{fill:${theme.muted}}`,
    `.all{fill:${theme.carrying.text}}`,
    `.some{fill:${theme.missing.text}}`,
    `.heading,.count,.in-carrying,.in-missing{text-anchor:middle}`,
    `.heading{font-weight:600}`,
    `.name,.in-carrying,.in-missing{font-family:${MONO};font-size:${small}px}`,
    `.detail{fill:${theme.muted}}`,
    `.branch{fill:none;stroke:${theme.branch}}`,
    `.carrying{fill:${theme.carrying.fill};stroke:${theme.carrying.stroke}}`,
    `.in-carrying{fill:${theme.carrying.text}}`,
    `.missing{fill:none;stroke:${theme.missing.stroke};stroke-dasharray:4 3}`,
    `.in-missing{fill:${theme.missing.text}}`,
  ].join('')
}

function text(kind: string, x: number, y: number, content: string): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}">${escapeXml(content)}</text>`
}

const round = (value: number): number => Math.round(value * 10) / 10

const escapeXml = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
