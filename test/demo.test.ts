import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { drawFiles, PICTURES } from '../demo/picture/files.ts'
import { headline, invalidIdSpans } from '../demo/report/figures.ts'
import { plain } from '../demo/report/paint.ts'
import { summarize } from '../demo/report/summary.ts'
import { haveSameShape } from '../demo/report/trace.ts'
import { type DemoResult, runDemo } from '../demo/run.ts'

describe('the demo, which runs the same conversations four times and checks what the collector received', () => {
  let result: DemoResult
  beforeAll(async () => {
    result = await runDemo()
  }, 600_000)

  const rowsOf = (run: string) => result.rows.filter((row) => row.run === run)

  it('finds no problem: every span arrives, and no span is in another user’s session', () => {
    expect(result.problems).toEqual([])
    expect(result.rows.every((row) => row.wrongSpans === 0)).toBe(true)
  })

  it('compares like with like: every session and run has a row with the same number of spans and requests', () => {
    expect(result.rows).toHaveLength(12)
    const work = result.rows.map(({ traces, spans, modelRequests, llmSpans }) => ({
      traces,
      spans,
      modelRequests,
      llmSpans,
    }))
    expect(new Set(work.map((counts) => JSON.stringify(counts))).size).toBe(1)
    expect(work[0]?.spans).toBeGreaterThan(40)
  })

  it('leaves no span without a session if the handler calls usingSession', () => {
    expect(rowsOf('usingSession').map((row) => row.withoutSession)).toEqual([0, 0, 0])
  })

  it('leaves only the spans beside LangChain’s without a session if there is only thread_id, and names them', () => {
    const unassigned = rowsOf('threadId').reduce((sum, row) => sum + row.withoutSession, 0)
    const named = result.unassigned['threadId'].reduce((sum, group) => sum + group.spans, 0)
    expect(unassigned).toBeGreaterThan(0)
    expect(named).toBe(unassigned)
    expect(result.unassigned['threadId'].map((group) => group.name)).not.toContain('LangGraph')
  })

  it('leaves no span without a session if these wait for backfill', () => {
    expect(rowsOf('backfill').map((row) => row.withoutSession)).toEqual([0, 0, 0])
  })

  it('leaves more spans without a session if these packages are not used', () => {
    const countOf = (run: string) => rowsOf(run).reduce((sum, row) => sum + row.withoutSession, 0)
    expect(countOf('without')).toBeGreaterThan(countOf('threadId'))
  })

  it('drops the invalid IDs in front of the exporter and counts why; without it they arrive', () => {
    expect(result.badIds.length).toBeGreaterThan(0)
    for (const { run, arrivedOn } of result.badIds) {
      if (run === 'without') expect(arrivedOn).not.toEqual({})
      else expect(arrivedOn).toEqual({})
    }
    const wrapped = result.counters.filter((counters) => counters.run !== 'without')
    for (const { dropped } of wrapped) expect(dropped).toMatchObject({ 'not-ascii': 10, 'too-long': 1 })
  })

  it('shows one request whose trace has the same spans in the same order in every run', () => {
    const { usingSession, ...others } = result.shown
    expect(usingSession.map(({ name }) => name)).toEqual(expect.arrayContaining(['LangGraph', 'track_order']))
    for (const lines of Object.values(others)) expect(haveSameShape(lines, usingSession)).toBe(true)
  })

  it('computes the headline and the counts of invalid IDs from what arrived', () => {
    const unassigned = rowsOf('without').reduce((sum, row) => sum + row.withoutSession, 0)
    const spans = rowsOf('without').reduce((sum, row) => sum + row.spans, 0)
    expect(headline(result)).toBe(
      `${spans} of ${spans} spans carry their session (${spans - unassigned} without us)`,
    )
    expect(invalidIdSpans(result)).toEqual({ without: 11, withUs: 0 })
  })

  it('fits into a terminal of 80 columns', () => {
    expect(summarize(result, 80, plain).filter((line) => line.length > 80)).toEqual([])
  })

  it('draws the pictures of the README as they are in the repository; "pnpm picture" updates them', () => {
    for (const [name, content] of Object.entries(drawFiles(result))) {
      expect(readFileSync(new URL(name, PICTURES), 'utf8'), name).toBe(content)
    }
  })
})
