// Before the first paint: the theme and language that were chosen last, so that nothing flashes.
try {
  const kept = JSON.parse(localStorage.getItem('turnout.preferences') || '{}')
  const wantsLight = kept.theme === 'light' || (kept.theme === 'system' && matchMedia('(prefers-color-scheme: light)').matches)
  document.documentElement.dataset.theme = wantsLight ? 'light' : 'dark'
  document.documentElement.lang = kept.language || (navigator.language.startsWith('zh') ? 'zh-CN' : 'en')
} catch {
  document.documentElement.dataset.theme = 'dark'
}
