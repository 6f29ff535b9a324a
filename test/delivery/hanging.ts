/** Loaded before the program: a disk that hangs when a file of the journal is created, for which a FIFO stands. */
import files from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { FIFO = '' } = process.env
const { open } = files
type Done = Parameters<typeof open>[1]
Object.assign(files, {
  // Without a reader, the call never ends.
  open: (path: string, flags: number, mode: number, done: Done) =>
    open(path.endsWith('.seg') ? FIFO : path, flags, mode, done),
})
syncBuiltinESMExports()
