/** Child process: the backend. What it received is the only thing that the demo counts. */
import { run, tell } from './support/child.ts'
import { startCollector } from './support/collector.ts'

await run(async () => {
  const { port } = await startCollector()
  tell('listening', port)
})
