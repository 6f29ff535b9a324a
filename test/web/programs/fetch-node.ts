// On Node: @hono/node-server serves the handler, and instrumentation-http makes the server's spans.
import { createRequire } from 'node:module'
import { serve } from '@hono/node-server'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { handle } from './fetch.ts'

registerInstrumentations({
  instrumentations: [
    new HttpInstrumentation({ ignoreIncomingRequestHook: ({ url }) => !url?.startsWith('/user') }),
  ],
})
// Required after that, as the instrumentation patches it.
const { createServer } = createRequire(import.meta.url)('node:http')

serve(
  { fetch: (request) => handle(request, { prefix: '/' }), port: 0, hostname: '127.0.0.1', createServer },
  ({ port }) => console.log(`listening on port ${port}`),
)
