// Makes src/shared/rows.ts from `turnout schema`, so that a row in the browser is the row on the board.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compile } from 'json-schema-to-typescript'

const here = fileURLToPath(new URL('.', import.meta.url))
const turnout = process.env.TURNOUT ?? `${here}/../../.venv/bin/turnout`
const whole = JSON.parse(execFileSync(turnout, ['schema'], { encoding: 'utf8', maxBuffer: 1 << 26 }))

// Only what the screens speak of: the board's rows and the commands.
const { board, command } = whole.properties
const $defs = {}
collect({ board, command })
for (const [name, part] of Object.entries($defs)) {
  // What the server sends always has every field: a default is for who writes, not for who reads.
  if (part.properties && !('do' in part.properties)) part.required = Object.keys(part.properties)
  part.additionalProperties = part.additionalProperties ?? false
  untitle(part)
  part.title = name
}

function collect(node) {
  if (node === null || typeof node !== 'object') return
  const name = typeof node.$ref === 'string' ? node.$ref.split('/').pop() : undefined
  if (name && !(name in $defs)) {
    $defs[name] = whole.$defs[name]
    collect($defs[name])
  }
  for (const value of Object.values(node)) collect(value)
}

// Titles would become type names, and array bounds tuple types. A property may itself be called `title`: it is an object.
function untitle(node) {
  if (node === null || typeof node !== 'object') return
  if (typeof node.title === 'string') delete node.title
  for (const name of ['default', 'minItems', 'maxItems']) if (node.type !== 'object') delete node[name]
  for (const value of Object.values(node)) untitle(value)
}

const schema = {
  title: 'Rows',
  type: 'object',
  properties: { board, command },
  required: ['board', 'command'],
  additionalProperties: false,
  $defs,
}
const text = await compile(schema, 'Rows', {
  bannerComment: '// Made by `npm run rows` from `turnout schema`. Do not edit: change the struct and make it again.',
  additionalProperties: false,
  style: { semi: false, singleQuote: true },
})
writeFileSync(`${here}/../src/shared/rows.ts`, text)
