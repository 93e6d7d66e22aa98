/** The page starts here: what this window kept comes first, since the screens are built with it. */
import './shared/no-pollution'
import { mount } from 'svelte'
import { begin } from './shared/kept'
import './shared/theme.css'

const target = document.getElementById('app')
if (!target) throw new Error('The page has no place for the screens (#app).')
await begin()
const { default: App } = await import('./App.svelte')
mount(App, { target })
