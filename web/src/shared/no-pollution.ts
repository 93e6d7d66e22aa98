/**
 * The first thing that a page and its worker load (OWASP ASVS 5.0, 15.3.6): rows and drafts are kept under names that come from
 * elsewhere. A name `__proto__` is a name like any other then, and nothing can be hung onto what every object inherits.
 */
delete (Object.prototype as { __proto__?: unknown }).__proto__
Object.preventExtensions(Object.prototype)

export {}
