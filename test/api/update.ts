import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { apiText } from './api-text.ts'
import { publicEntries } from './entries.ts'

for (const file of readdirSync(import.meta.dirname)) {
  if (file.endsWith('.d.ts.txt')) rmSync(new URL(file, import.meta.url))
}
for (const { name, declarations, snapshot } of publicEntries()) {
  writeFileSync(snapshot, apiText(name, declarations))
}
