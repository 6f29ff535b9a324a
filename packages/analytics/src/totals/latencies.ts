import { Sketch } from './sketch.ts'

/** The latencies that are kept as they are. Most sessions have few, and a sketch takes more memory. */
const FEW = 8

/** The buckets of latencies: one alone, a few in any order, or a sketch of many; undefined if there are none. */
export type Latencies = number | readonly number[] | Sketch | undefined

/** Returns the latencies with one more, or with several in the same bucket. */
export function addLatency(latencies: Latencies, bucket: number, count = 1): Latencies {
  if (latencies instanceof Sketch) {
    latencies.add(bucket, count)
    return latencies
  }
  if (count === 1 && latencies === undefined) return bucket
  const few = fewOf(latencies)
  // An array that grows would have room for many more.
  if (count === 1 && few.length < FEW) return few.concat(bucket)
  const sketch = sketchOf(few)
  sketch.add(bucket, count)
  return sketch
}

/** Returns the latencies without one that was added. */
export function removeLatency(latencies: Latencies, bucket: number): Latencies {
  if (latencies instanceof Sketch) {
    latencies.add(bucket, -1)
    return latencies
  }
  const few = fewOf(latencies)
  const at = few.indexOf(bucket)
  if (at < 0) return latencies
  return few.length === 1 ? undefined : few.toSpliced(at, 1)
}

/** Returns the latencies as a sketch. */
export function sketchOf(latencies: Latencies): Sketch {
  if (latencies instanceof Sketch) return latencies
  const sketch = new Sketch()
  for (const bucket of fewOf(latencies)) sketch.add(bucket, 1)
  return sketch
}

function fewOf(latencies: number | readonly number[] | undefined): readonly number[] {
  if (latencies === undefined) return []
  return typeof latencies === 'number' ? [latencies] : latencies
}
