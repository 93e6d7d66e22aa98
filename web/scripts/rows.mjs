// Makes src/shared/rows.ts from the structs of the core, so that a row in the browser is the row on the board.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compile } from 'json-schema-to-typescript'

const here = fileURLToPath(new URL('.', import.meta.url))
const python = process.env.TURNOUT_PYTHON ?? `${here}/../../.venv/bin/python`
const schema = JSON.parse(execFileSync(python, [`${here}/schema.py`], { encoding: 'utf8', maxBuffer: 1 << 26 }))

// What the server sends always has every field: a default is for who writes, not for who reads.
for (const [name, part] of Object.entries(schema.$defs)) {
  part.additionalProperties = part.additionalProperties ?? false
  if (part.properties) {
    const isCommand = 'do' in part.properties
    if (!isCommand) part.required = Object.keys(part.properties)
  }
  untitle(part)
  part.title = name
}

// Titles would become type names, and array bounds tuple types. A property may itself be called `title`: it is an object.
function untitle(node) {
  if (node === null || typeof node !== 'object') return
  if (typeof node.title === 'string') delete node.title
  for (const name of ['default', 'minItems', 'maxItems']) if (node.type !== 'object') delete node[name]
  for (const value of Object.values(node)) untitle(value)
}

const text = await compile(schema, 'Rows', {
  bannerComment: '// Made by `npm run rows` from src/turnout/core. Do not edit: change the struct and make it again.',
  additionalProperties: false,
  style: { semi: false, singleQuote: true },
})
writeFileSync(`${here}/../src/shared/rows.ts`, text)
