// The main script in CommonJS. IN_CODE is the set-up that it begins, if any; PLACE is where it runs.
const { runIn } = require('./place.cjs')

runIn(async () => {
  const api = require('@opentelemetry/api')
  const { usingSession } = require('otel-sessions')
  const { run, setLogger } = require('./application.cjs')
  const { setups } = require('./setups.cjs')
  setLogger(api)
  const early = api.trace.getTracer('early')
  const { packages, start } = setups[process.env.IN_CODE] ?? {}
  const { flush, tracer } =
    start?.({ packages: packages.map((name) => require(name)) }) ?? globalThis.preloaded ?? {}
  const nested = process.env.NESTED_API && require(process.env.NESTED_API)
  await run({ api, nested, usingSession, early, tracer, http: require('node:http') })
  await flush?.()
})
