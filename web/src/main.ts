/** The page starts here. */
import './shared/no-pollution'
import { mount } from 'svelte'
import App from './App.svelte'
import './shared/theme.css'

const target = document.getElementById('app')
if (!target) throw new Error('The page has no place for the screens (#app).')
mount(App, { target })
