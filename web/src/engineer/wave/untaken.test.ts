import { expect, it } from 'vitest'
import { untaken } from './untaken'

it('takes no identity twice, also after some were taken away', () => {
  expect(untaken('a-b', [])).toBe('a-b')
  expect(untaken('a-b', ['a-b'])).toBe('a-b-2')
  expect(untaken('a-b', ['a-b-3', 'a-b'])).toBe('a-b-2')
  expect(untaken('a-b', ['a-b', 'a-b-2', 'a-b-4'])).toBe('a-b-3')
})
