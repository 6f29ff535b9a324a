/** Loaded before the program: a disk that has room for `ROOM` bytes of a journal. */
import files from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { writev, writevSync } = files
type Parts = Parameters<typeof writev>[1]
type Done = Parameters<typeof writev>[3]
let room = Number(process.env['ROOM'])

/** Takes up the room for some bytes; returns the system's error if there is not enough. */
function take(parts: Parts): NodeJS.ErrnoException | undefined {
  const bytes = parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (bytes > room) return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  room -= bytes
  return undefined
}

Object.assign(files, {
  writev: (fd: number, parts: Parts, position: number, done: Done) => {
    const error = take(parts)
    if (error === undefined) writev(fd, parts, position, done)
    else setImmediate(done, error, 0, parts)
  },
  writevSync: (fd: number, parts: Parts, position: number) => {
    const error = take(parts)
    if (error !== undefined) throw error
    return writevSync(fd, parts, position)
  },
})
syncBuiltinESMExports()
