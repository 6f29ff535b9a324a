import type { Rows } from './rows.ts'
import { Sketch } from './sketch.ts'

/** Which latencies: of whole traces, or of LLM calls. */
export type Latency = 'traces' | 'llmCalls'

const EACH = 3
/** Buckets that a row has room for, of both kinds together. */
export const SLOTS = 2 * EACH

const first = (which: Latency): number => (which === 'traces' ? 0 : EACH)

// By name, not by key: each span with a latency comes by here.
function sketchOf(rows: Rows, row: number, which: Latency): Sketch | undefined {
  const rare = rows.rare(row)
  return which === 'traces' ? rare?.traces : rare?.llmCalls
}

/** Notes a latency, or several that are alike: in the row while there is room, else in a sketch. */
export function addLatency(rows: Rows, row: number, which: Latency, bucket: number, count = 1): void {
  const sketch = sketchOf(rows, row, which)
  if (sketch !== undefined) {
    sketch.add(bucket, count)
    return
  }
  const { slots } = rows.page(row)
  const start = rows.at(row) * SLOTS + first(which)
  let left = count
  for (let at = start; at < start + EACH && left > 0; at++) {
    if (slots[at] !== 0) continue
    slots[at] = bucket + 1
    left--
  }
  if (left === 0) return
  const fresh = latencies(rows, row, which)
  fresh.add(bucket, left)
  slots.fill(0, start, start + EACH)
  rows.rareOf(row)[which] = fresh
}

/** Takes a latency back that was noted. */
export function removeLatency(rows: Rows, row: number, which: Latency, bucket: number): void {
  const sketch = sketchOf(rows, row, which)
  if (sketch !== undefined) {
    sketch.add(bucket, -1)
    return
  }
  const { slots } = rows.page(row)
  const start = rows.at(row) * SLOTS + first(which)
  const at = slots.subarray(start, start + EACH).indexOf(bucket + 1)
  if (at >= 0) slots[start + at] = 0
}

/** All latencies of a session, in a sketch of its own. */
export function latencies(rows: Rows, row: number, which: Latency): Sketch {
  const sketch = new Sketch()
  const kept = sketchOf(rows, row, which)
  if (kept !== undefined) sketch.merge(kept)
  const { slots } = rows.page(row)
  const start = rows.at(row) * SLOTS + first(which)
  for (const slot of slots.subarray(start, start + EACH)) if (slot !== 0) sketch.add(slot - 1, 1)
  return sketch
}
