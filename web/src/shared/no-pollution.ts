/**
 * The first thing that a page and its worker load (OWASP ASVS 5.0, 15.3.6): rows and drafts are kept under names that come from
 * elsewhere. Whatever is put under the name `__proto__` is a property like any other then, and nothing can be hung onto what
 * every object inherits.
 */
const NAME = '__proto__'
const { get } = Object.getOwnPropertyDescriptor(Object.prototype, NAME) ?? {}
Object.defineProperty(Object.prototype, NAME, {
  get,
  set(this: object, value: unknown) {
    Object.defineProperty(this, NAME, { value, writable: true, enumerable: true, configurable: true })
  },
})
Object.preventExtensions(Object.prototype)

export {}
