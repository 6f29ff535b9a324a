// The application of every row: an HTTP server with two users who come at the same time, and two tracers, of which one
// was made before anything was registered. Every span that it makes has the attribute `setups.owner`.
const OWNER = 'setups.owner'
const turn = () => new Promise((resolve) => setImmediate(resolve))

// `nested` is the API of a dependency that has another version of it.
exports.run = async ({ http, api, nested, usingSession, early, tracer = api.trace.getTracer('late') }) => {
  const worker = nested ? nested.trace.getTracer('nested') : tracer
  const handle = (user) =>
    tracer.startActiveSpan('handle', { attributes: { [OWNER]: user } }, async (span) => {
      await turn()
      early.startSpan('early', { attributes: { [OWNER]: user } }).end()
      const work = worker.startSpan('work', { attributes: { [OWNER]: user } })
      await turn()
      work.end()
      span.end()
    })
  const server = http.createServer(async (request, response) => {
    const user = new URL(request.url, 'http://localhost').searchParams.get('user')
    await usingSession({ sessionId: `${user}_conv`, userId: user }, () => handle(user))
    response.end('done')
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const get = (user) =>
    new Promise((resolve, reject) => {
      const url = `http://127.0.0.1:${server.address().port}/?user=${user}`
      http.get(url, { agent: false }, (response) => response.resume().on('end', resolve)).on('error', reject)
    })
  await Promise.all(['user_a', 'user_b'].map(get))
  await new Promise((resolve) => server.close(resolve))
}

/** Prints what OpenTelemetry logs, for the harness. */
exports.setLogger = ({ diag, DiagLogLevel }) => {
  const log =
    (level) =>
    (...message) =>
      console.error(level, ...message)
  const logger = { error: log('ERROR'), warn: log('WARN'), info: log('INFO'), debug() {}, verbose() {} }
  diag.setLogger(logger, { logLevel: DiagLogLevel.INFO, suppressOverrideMessage: true })
}
