import { PassThrough } from 'node:stream'
import { stripVTControlCharacters, styleText } from 'node:util'
import { describe, expect, it } from 'vitest'
import { drawPicture, type Picture } from '../demo/picture/draw.ts'
import { LAYOUTS } from '../demo/picture/layout.ts'
import { THEMES } from '../demo/picture/theme.ts'
import { columnsOf, type Paint, paintFor, plain, widthOf, wrapTo } from '../demo/report/paint.ts'
import { showProgress } from '../demo/report/progress.ts'
import { type TraceLine, traceLines } from '../demo/report/trace.ts'
import { drawTrees } from '../demo/report/tree.ts'
import type { ReceivedSpan } from '../demo/support/otlp.ts'

const colored: Paint = {
  good: (text) => styleText('green', text, { validateStream: false }),
  bad: (text) => styleText('red', text, { validateStream: false }),
  warn: (text) => styleText('yellow', text, { validateStream: false }),
  dim: (text) => styleText('dim', text, { validateStream: false }),
  bold: (text) => styleText('bold', text, { validateStream: false }),
}

function span(name: string, start: number, end: number, extra: Partial<ReceivedSpan> = {}): ReceivedSpan {
  return {
    traceId: 'a',
    spanId: name,
    parentSpanId: 'request',
    name,
    scope: '@example/instrumentation-demo',
    startNano: `${start}000000`,
    endNano: `${end}000000`,
    statusCode: 0,
    attributes: {},
    ...extra,
  }
}

const request = span('request', 0, 9, { parentSpanId: undefined, attributes: { 'url.path': '/chat' } })
const carrying = { attributes: { 'session.id': 'conv_1' } }

const before = traceLines([span('second', 4, 8), request, span('first', 1, 3, carrying)], 'a')
const after = before.map((line): TraceLine => ({ ...line, session: 'conv_1' }))
const columns = [
  { title: 'before', lines: before },
  { title: 'after', lines: after },
]

describe('the spans of a trace as lines', () => {
  it('puts children below their parent in the order of their starts', () => {
    expect(before.map(({ name }) => name)).toEqual(['request', 'first', 'second'])
    expect(before.map(({ continues }) => continues)).toEqual([[], [true], [false]])
  })

  it('puts the shorter of two siblings first that start in the same millisecond', () => {
    const lines = traceLines([request, span('long', 1, 5), span('short', 1, 2)], 'a')
    expect(lines.map(({ name }) => name)).toEqual(['request', 'short', 'long'])
  })

  it('leaves out the spans of other traces', () => {
    const lines = traceLines([request, span('foreign', 1, 2, { traceId: 'b' })], 'a')
    expect(lines.map(({ name }) => name)).toEqual(['request'])
  })
})

describe('the tree of a trace', () => {
  it('shows the sessions of two runs side by side', () => {
    expect(drawTrees(columns, 50, plain)).toEqual([
      'span            before         after',
      'request /chat   ✗ no session   ✓ conv_1',
      '├─ first        ✓ conv_1       ✓ conv_1',
      '└─ second       ✗ no session   ✓ conv_1',
      '                1 of 3 spans   3 of 3 spans',
    ])
  })

  it('names the instrumentation that created each span where the terminal is wide enough', () => {
    expect(drawTrees(columns, 100, plain)[2]).toMatch(/├─ first {8}demo {9}✓ conv_1/)
  })

  it('draws one tree below the other where the terminal is too narrow for two columns', () => {
    const lines = drawTrees(columns, 40, plain)
    expect(lines.filter((line) => line.startsWith('request'))).toHaveLength(2)
    expect(lines.every((line) => line.length <= 40)).toBe(true)
  })

  it('draws two trees if the runs made different spans', () => {
    const other = [columns[0], { title: 'after', lines: after.slice(0, 2) }].filter(Boolean) as typeof columns
    expect(drawTrees(other, 200, plain).filter((line) => line.startsWith('request'))).toHaveLength(2)
  })

  it('has the same words in the same columns with and without color', () => {
    expect(drawTrees(columns, 100, colored).map(stripVTControlCharacters)).toEqual(
      drawTrees(columns, 100, plain),
    )
  })
})

describe('the progress of the runs', () => {
  const read = (isTTY: boolean) => {
    const stream = Object.assign(new PassThrough(), { isTTY, columns: 60 })
    const progress = showProgress(stream, plain, false)
    const run = { run: 1, mode: 'without', title: 'without our packages' } as const
    progress.show({ ...run, type: 'start' })
    progress.show({ ...run, type: 'turn', turn: 1, users: ['Ada'] })
    const counts = { millis: 1, peak: 1, spans: 1, guestSpans: 0, modelRequests: 1, guestRequests: 0 }
    progress.show({ ...run, type: 'end', ...counts })
    return String(stream.read())
  }

  it('is one line for each run in a pipe', () => {
    expect(read(false)).toBe('✓ Run 1 of 4: without our packages\n')
  })

  it('is a line without an end in a terminal, where it is rewritten', () => {
    expect(read(true)).not.toContain('\n')
  })

  it('has no escape codes where the stream is not a terminal', () => {
    const { FORCE_COLOR: forced } = process.env
    delete process.env['FORCE_COLOR']
    try {
      expect(paintFor(new PassThrough()).bad('text')).toBe('text')
    } finally {
      if (forced !== undefined) process.env['FORCE_COLOR'] = forced
    }
  })
})

describe('the picture of a trace', () => {
  const picture: Picture = {
    without: { spans: 3, carrying: 1 },
    withUs: { spans: 3, carrying: 3 },
    request: { text: 'A < B & C?', without: before, withUs: after },
  }
  const svg = drawPicture(picture, LAYOUTS.wide, THEMES.light)

  it('says in its title and description what it shows', () => {
    expect(svg).toContain(
      '<title id="title">3 of 3 spans carry their session, 1 without otel-sessions</title>',
    )
    expect(svg).toContain('these do not: request /chat, second.')
  })

  it('draws a span without a session dashed, and a span with one filled', () => {
    expect(svg.match(/<rect class="missing"/g)).toHaveLength(2)
    expect(svg.match(/<rect class="carrying"/g)).toHaveLength(4)
  })

  it('escapes what a user wrote', () => {
    expect(svg).toContain('“A &lt; B &amp; C?”')
  })

  for (const [name, theme] of Object.entries(THEMES)) {
    it(`has enough contrast for every text of the ${name} theme`, () => {
      const onBackground = [theme.text, theme.muted, theme.missing.text, theme.carrying.text]
      for (const color of onBackground) expect(contrast(color, theme.background)).toBeGreaterThanOrEqual(4.5)
      expect(contrast(theme.carrying.text, theme.carrying.fill)).toBeGreaterThanOrEqual(4.5)
    })
  }
})

/** The contrast ratio of WCAG 2. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

describe('a line that is wider than the screen', () => {
  it('is measured by 80 columns where the terminal says nothing, or zero', () => {
    expect([columnsOf({}), columnsOf({ columns: 0 }), columnsOf({ columns: 120 })]).toEqual([80, 80, 120])
  })

  it('is broken between words, and what follows is indented further', () => {
    expect(wrapTo(['  the exporter dropped 10 IDs', 'short'], 20)).toEqual([
      '  the exporter',
      '    dropped 10 IDs',
      'short',
    ])
  })

  it('is measured without its color', () => {
    const [first = ''] = wrapTo([colored.dim('twenty columns, 1234')], 20)
    expect([first, widthOf(first)]).toEqual([colored.dim('twenty columns, 1234'), 20])
  })
})
