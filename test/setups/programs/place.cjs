// Runs a function here, or the main script again in a worker thread or a child process, which inherit the flags.
const { fork } = require('node:child_process')
const { isMainThread, Worker } = require('node:worker_threads')

exports.runIn = (fn) => {
  const { PLACE, ...env } = process.env
  if (PLACE === 'worker' && isMainThread) new Worker(process.argv[1])
  else if (PLACE === 'child') fork(process.argv[1], { env })
  else return fn()
}
