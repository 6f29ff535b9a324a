import { sessionIdOf, Turn } from './spans.ts'
import { ours, reading } from './stores.ts'

const turn = new Turn()
const count = ours(10000)
const read = reading()
const ids = Array.from({ length: 1000 }, (_, i) => sessionIdOf(i))
for (let r = 0; r < 12; r++) {
  let a = 0n,
    b = 0n
  for (let i = 0; i < 20000; i++) {
    const s = turn.next(ids[i % 1000]!, 'u' + ((i % 1000) % 10))
    const t = process.hrtime.bigint()
    for (let j = 0; j < 4; j++) read(s[j]!)
    const u = process.hrtime.bigint()
    for (let j = 0; j < 4; j++) count(s[j]!)
    b += process.hrtime.bigint() - u
    a += u - t
  }
  console.log('read', (Number(a) / 80000) | 0, 'ours', (Number(b) / 80000) | 0)
}
