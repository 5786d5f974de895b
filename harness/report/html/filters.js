// Filters of the list of claims: by verdict, by model, by text.

class ClaimFilter {
  constructor(page, list) {
    this.page = page;
    this.rows = [...list.tBodies[0].rows];
    this.verdicts = new Set();  // None: all.
    this.row = '';
    this.text = '';
    this.buttons = new Map();
    this.status = element('p', {class: 'hint', role: 'status'});
  }

  controls() {
    const {page} = this;
    const names = VERDICT_ORDER.filter((name) => page.claims.some((claim) => claim.verdict === name));
    const group = element('div', {class: 'chips', role: 'group', 'aria-label': 'Show verdicts'},
      names.map((name) => this.chip(name)));
    const models = element('select', {id: 'filter-row'}, element('option', {value: ''}, 'all models'),
      page.rows.map((row, i) => element('option', {value: i}, row.method, ' · ', row.id)));
    models.addEventListener('change', () => this.set({row: models.value}));
    const search = element('input', {id: 'filter-text', type: 'search', autocomplete: 'off'});
    search.addEventListener('input', () => this.set({text: search.value}));
    this.models = models;
    return element('div', {class: 'filters'}, group,
      element('label', {}, 'Model ', models), element('label', {}, 'Contains ', search), this.status);
  }

  chip(name) {
    const count = this.page.claims.filter((claim) => claim.verdict === name).length;
    const button = element('button', {
      type: 'button', class: 'chip', 'aria-pressed': 'false', 'data-verdict': name,
      onclick: () => this.toggle(name),
    }, badge(name), ` ${count}`);
    this.buttons.set(name, button);
    return button;
  }

  toggle(name) {
    if (!this.verdicts.delete(name)) this.verdicts.add(name);
    this.set({});
  }

  only(name) {
    this.verdicts = new Set([name]);
    this.set({});
  }

  set(change) {
    Object.assign(this, change);
    for (const [name, button] of this.buttons) {
      button.setAttribute('aria-pressed', String(this.verdicts.has(name)));
    }
    let shown = 0;
    this.page.claims.forEach((claim, i) => {
      this.rows[i].hidden = !this.fits(claim);
      if (!this.rows[i].hidden) ++shown;
    });
    this.status.textContent = `${shown} of ${plural(this.page.claims.length, 'claim')} shown.`;
  }

  fits(claim) {
    const wanted = this.text.trim().toLowerCase();
    const texts = [claim.claim, claim.reason, claim.published, claim.measured, claim.evidence,
      claim.precision, this.page.rows[claim.row].id];
    return (this.verdicts.size === 0 || this.verdicts.has(claim.verdict)) &&
      (this.row === '' || claim.row === Number(this.row)) &&
      (wanted === '' || texts.some((text) => text.toLowerCase().includes(wanted)));
  }
}
