// Loaded before a program of the documentation: its server listens on a free port instead of its own, which may be in
// use, and reports it.
import { Server } from 'node:net'

const { listen } = Server.prototype
let reported = false

Server.prototype.listen = function (...args) {
  const [first] = args
  if (typeof first === 'number' || typeof first === 'string') args[0] = 0
  else if (typeof first === 'object' && first !== null && 'port' in first) args[0] = { ...first, port: 0 }
  this.once('listening', () => {
    if (reported) return
    reported = true
    process.stderr.write(`[docs:check-code] listens on ${this.address().port}\n`)
  })
  return listen.apply(this, args)
}
