/** Child process: the parcel service that the agent's tool calls over HTTP. */
import { setTimeout as delay } from 'node:timers/promises'
import { run, tell } from './support/child.ts'
import { listen } from './support/http.ts'

await run(async () => {
  const { port } = await listen(async (request, response) => {
    const order = request.url?.match(/^\/orders\/([A-Z]-\d{4})$/)?.[1]
    await delay(10)
    if (!order) return void response.writeHead(404).end('no such order')
    response.setHeader('content-type', 'text/plain')
    response.end(`${order} is on the van and arrives on Tuesday at 14:00`)
  })
  tell('listening', port)
})
