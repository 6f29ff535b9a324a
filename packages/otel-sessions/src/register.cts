/**
 * Sessions without code: `node --import otel-sessions/register app.js`, or with `--require`. It has no exports.
 *
 * CommonJS for both flags, so that a Node that cannot load the packages from it says so in one line, and runs the
 * application.
 *
 * @module
 */
const NAME = 'otel-sessions/register'

try {
  const { register } = require('./join/index.js')
  register()
} catch (error) {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  const why =
    code === 'ERR_REQUIRE_ESM'
      ? `Node ${process.versions.node} cannot load it; it needs Node 20.19, 22.12, or a later version`
      : `loading it fails: ${String(message).split('\n', 1)[0]}`
  process.emitWarning(`${NAME}: nothing is set up or joined, so spans get no session. ${why}`, {
    type: 'Warning',
    code: 'register:not-loaded',
  })
}
