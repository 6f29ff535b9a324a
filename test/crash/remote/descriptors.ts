import { closeSync, openSync } from 'node:fs'

const opened: number[] = []

/** Opens files until the process may open no more, or closes them. */
export function fillDescriptors(fill: boolean): void {
  if (!fill) {
    for (const descriptor of opened.splice(0)) closeSync(descriptor)
    return
  }
  try {
    for (;;) opened.push(openSync('/dev/null', 'r'))
  } catch {
    // There are no more.
  }
}
