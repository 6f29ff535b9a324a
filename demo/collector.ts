/** Child process: the backend. The demo counts only what it receives. */
import { run, tell } from './support/child.ts'
import { startCollector } from './support/collector.ts'

await run(async () => {
  const { port } = await startCollector()
  tell('listening', port)
})
