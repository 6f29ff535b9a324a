// Checks the terms and sentences of Markdown files, and prints what it finds: `node lint.mjs <files>`.
import { readFileSync } from 'node:fs'
import { TextlintKernel } from '@textlint/kernel'
import markdown from '@textlint/textlint-plugin-markdown'
import comments from 'textlint-filter-rule-comments'
import terminology from 'textlint-rule-terminology'
import writeGood from 'textlint-rule-write-good'
import sentenceWords from './sentence-words.mjs'
import { NOT_OURS, TERMS } from './terms.mjs'

// A CommonJS module's default export is the module.
const ruleOf = (module) => module.default ?? module

/** Only clichés and repeated words: the rest is a matter of taste, or in terms.mjs. */
const STYLE = {
  ...{ passive: false, adverb: false, eprime: false, so: false },
  ...{ thereIs: false, tooWordy: false, weasel: false },
}

const rules = [
  { ruleId: 'sentence-words', rule: sentenceWords, options: { max: 35 } },
  { ruleId: 'terminology', rule: ruleOf(terminology), options: { terms: TERMS, exclude: NOT_OURS } },
  { ruleId: 'write-good', rule: ruleOf(writeGood), options: STYLE },
]
const plugins = [{ pluginId: 'markdown', plugin: ruleOf(markdown) }]
const filterRules = [{ ruleId: 'comments', rule: ruleOf(comments) }]
const kernel = new TextlintKernel()

for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, 'utf8')
  const { messages } = await kernel.lintText(text, {
    filePath: file,
    ext: '.md',
    plugins,
    rules,
    filterRules,
  })
  for (const { line, column, ruleId, message } of messages) {
    console.log(`${file}:${line}:${column} ${message.replaceAll('\n', ' ')} (${ruleId})`)
    process.exitCode = 1
  }
}
