// Runs every cell on the Node that runs this, prints what it saw, and fails where that is not what is listed.

import { CELLS } from './cells.ts'
import { startModelServer, stopModelServer } from './model-server.ts'
import { type CellResult, runCell } from './run-cell.ts'
import { registerContext } from './telemetry.ts'

registerContext()
await startModelServer()
const results: CellResult[] = []
for (const cell of CELLS) results.push(await runCell(cell))
await stopModelServer()

console.log(`Node ${process.versions.node}: in usingSession alone | with bindSession`)
for (const { cell, alone, bound, asListed } of results) {
  const listed = asListed ? '' : `  DIFFERS from the list: ${cell.alone} | ${cell.bound}`
  console.log(`${alone} | ${bound}  ${cell.shape}: ${cell.consumed}${listed}`)
}
const differing = results.filter(({ asListed }) => !asListed).length
console.log(`${results.length} cells, ${differing} not as listed`)
process.exitCode = differing === 0 ? 0 : 1
