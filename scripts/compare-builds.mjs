// Compares this checkout with another one, such as the commit before a change: runs the same benchmarks in both, in
// turn, and prints the ratio of each row. The other checkout has to be installed and built.
//
//   node scripts/compare-builds.mjs <checkout> [--bench stamping] [--bench analytics] [--bench export]
//     [--rounds 5] [--rename 'old label=new label']
//
// A row's figure is the median over the rounds: nanoseconds (p10 of a run) or CPU seconds for 100,000 spans. Only rows
// that both have are compared; `--rename` maps a row's old label to its new one. A ratio is no verdict: two
// runs of the same build differ by 5 to 10 % on a busy machine.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  allowPositionals: true,
  options: {
    bench: { type: 'string', multiple: true, default: ['stamping', 'analytics', 'export'] },
    rounds: { type: 'string', default: '5' },
    rename: { type: 'string', multiple: true, default: [] },
  },
})
const here = fileURLToPath(new URL('..', import.meta.url))
const [other] = positionals
if (other === undefined) throw new TypeError('name the checkout to compare with')
const renames = values.rename.map((pair) => pair.split('='))
const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-compare-'))
const json = join(folder, 'figures.json')

const run = (root, ...args) =>
  execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]

/** Each runs one benchmark once in a checkout, and gives its rows: label and figure. */
const BENCHES = {
  stamping(root) {
    run(root, 'bench/run.ts', '--runs', '1', '--rounds', '60', '--json', json, ': otel-sessions')
    return JSON.parse(readFileSync(json, 'utf8')).results.map(({ row, runs }) => [
      `${row.table}, ${row.circumstances}`,
      median(runs.map(({ cost }) => cost.p10)),
    ])
  },
  analytics(root) {
    const rows = []
    let title = ''
    for (const line of run(root, 'bench/analytics.ts', '--quick').split('\n')) {
      const heading = /^(.*): ns a span$/.exec(line)
      if (heading) title = heading[1]
      const row = /^ {2}(.*?) +p10 +([\d.]+)/.exec(line)
      if (row) rows.push([`${title}: ${row[1]}`, Number(row[2])])
    }
    return rows
  },
  export(root) {
    run(root, 'bench/export.ts', '--rounds', '1', '--delay', '0', '--only', 'ours', '--json', json)
    const { results } = JSON.parse(readFileSync(json, 'utf8'))
    return results.map(({ name, runs }) => [
      name,
      median(runs.map(({ cpuSeconds, delivered }) => (cpuSeconds / delivered) * 100_000)),
    ])
  },
}

try {
  for (const bench of values.bench) {
    const figures = { before: new Map(), after: new Map() }
    for (let round = 0; round < Number(values.rounds); round++) {
      const order = [
        ['before', resolve(other)],
        ['after', here],
      ]
      for (const [which, root] of round % 2 === 0 ? order : order.reverse()) {
        for (const [found, figure] of BENCHES[bench](root)) {
          const label = renames.reduce((text, [from, to]) => text.replaceAll(from, to), found)
          figures[which].set(label, [...(figures[which].get(label) ?? []), figure])
        }
      }
    }
    console.log(`\n${bench}: median of ${values.rounds} rounds\n  before    after  ratio`)
    for (const [label, after] of figures.after) {
      const before = figures.before.get(label)
      if (before === undefined) console.log(`       –  ${format(median(after))}      –  ${label}`)
      else {
        const ratio = median(after.map((figure, round) => figure / before[round]))
        console.log(`${format(median(before))} ${format(median(after))}   ${ratio.toFixed(2)}  ${label}`)
      }
    }
    for (const label of figures.before.keys()) {
      if (!figures.after.has(label))
        console.log(`${format(median(figures.before.get(label)))}        –      –  ${label}`)
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function format(figure) {
  return figure.toFixed(figure < 20 ? 2 : 0).padStart(8)
}
