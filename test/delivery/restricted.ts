/** Loaded before the program: forbids what Deno forbids without `--allow-sys` and `--allow-all`, with its error. */
import files from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'

const forbidden = (): never => {
  throw Object.assign(new Error('Requires sys access'), { name: 'NotCapable' })
}
// The imports of the module change below.
const { readFileSync, readlinkSync } = files
const isProc = (path: unknown) => String(path).startsWith('/proc/')
os.hostname = forbidden
process.geteuid = forbidden
Object.assign(files, {
  readFileSync: (...args: Parameters<typeof readFileSync>) =>
    isProc(args[0]) ? forbidden() : readFileSync(...args),
  readlinkSync: (...args: Parameters<typeof readlinkSync>) =>
    isProc(args[0]) ? forbidden() : readlinkSync(...args),
})
syncBuiltinESMExports()
