// Light or dark: as the system says, or as the reader chose. The choice holds as long as the page is
// open; nothing is stored.

const themeListeners = [];

function applyTheme(theme) {
  if (theme === '') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme;
  }
  for (const listener of themeListeners) listener();
}

function onThemeChange(listener) {
  themeListeners.push(listener);
}

function startTheme() {
  const choice = document.getElementById('theme');
  choice.addEventListener('change', () => applyTheme(choice.value));
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change',
    () => applyTheme(choice.value));
}

/** A colour of the style sheet. */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
}
