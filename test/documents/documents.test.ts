import { afterEach, beforeEach, describe, it } from 'vitest'
import { DOCUMENTS } from './table.ts'
import { startWorld, type World } from './world.ts'

let world: World
beforeEach(() => {
  world = startWorld()
})
afterEach(() => world.stop())

for (const { title, rows } of DOCUMENTS) {
  describe(title, () => {
    for (const { theirs, ours, shows } of rows) {
      if (shows === 'not ours') continue
      it(`${theirs}: ${ours}`, async () => shows(world))
    }
  })
}
