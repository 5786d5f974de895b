// The page: from its data (page_data.h) to what is seen.

function showCounts(page, filter) {
  const list = document.getElementById('counts');
  for (const name of VERDICT_ORDER) {
    const count = page.claims.filter((claim) => claim.verdict === name).length;
    if (count === 0) continue;
    list.append(element('li', {}, element('a', {
      href: '#claims',
      onclick: () => filter.only(name),
    }, element('strong', {}, count), ' ', badge(name))));
  }
}

const FIRST_CHANGES = 4;  // Of a section, that are seen at once.

/** Lines that begin with two spaces belong to the one before them. */
function changeItems(section) {
  const items = [];
  for (const line of section.lines) {
    if (line.startsWith('  ') && items.length > 0) {
      items.at(-1).append(element('div', {class: 'hint'}, quoted(line.trim())));
    } else {
      items.push(element('li', {}, quoted(line)));
    }
  }
  return items;
}

function changeSection(section) {
  const items = changeItems(section);
  const list = (some) => element('ul', {class: 'changes'}, some);
  const rest = items.slice(FIRST_CHANGES);
  return element('div', {}, element('h3', {}, section.heading), element('div', {},
    list(items.slice(0, FIRST_CHANGES)),
    rest.length > 0 ? disclosure(`${rest.length} more`, () => list(rest)) : null));
}

function showChanges(page) {
  const {changes} = page;
  if (!changes) {
    document.querySelector('nav a[href="#changes"]').hidden = true;
    return;
  }
  const place = document.getElementById('changes');
  place.hidden = false;
  place.append(element('p', {}, quoted(changes.sentence)),
    element('div', {class: 'sections'}, changes.sections.map(changeSection)));
}

function showPlots(page) {
  const place = document.getElementById('plots');
  page.rows.forEach((row, i) => {
    const charts = page.charts.filter((chart) => chart.row === i);
    if (charts.length === 0) return;
    const title = element('span', {}, quoted(row.method), element('span', {class: 'hint id'}, quoted(row.id)),
      element('span', {class: 'hint'}, plural(charts.length, 'plot')));
    place.append(disclosure(title, () => element('div', {class: 'charts'}, charts.map(chartFigure)),
      {class: 'plots', open: !place.querySelector('details')}));
  });
  if (page.charts.length === 0) place.append(element('p', {class: 'hint'}, 'Nothing in this run can be plotted.'));
}

function resultsTable(page) {
  const heads = ['Result', 'Model', 'Status', 'Started', 'Seconds', 'Environment'];
  return table('What was run', heads, page.results.map((result) => [
    quoted(result.name), quoted(page.rows[result.row].method),
    result.reason ? [result.status, element('div', {class: 'hint'}, quoted(result.reason))] : result.status,
    result.started, numberText(Number(result.elapsed_s?.toPrecision(3) ?? NaN)), `${result.environment + 1}`,
  ]));
}

function showRun(page) {
  const place = document.getElementById('run');
  const about = page.about.map(([name, value]) => [name, name === 'command' ? command(value) : quoted(value)]);
  place.append(facts(about));
  if (page.notes.length > 0) {
    place.append(element('h3', {}, 'Notes'),
      element('ul', {class: 'changes'}, page.notes.map((note) => element('li', {}, quoted(note)))));
  }
  place.append(disclosure(plural(page.results.length, 'result'), () => resultsTable(page)));
  page.environments.forEach((pairs, i) => place.append(
    disclosure(`Environment ${i + 1}`, () => environmentList(pairs))));
  for (const row of page.rows) {
    if (row.facts.length === 0) continue;
    place.append(disclosure(element('span', {}, 'Published files of ', quoted(row.method)),
      () => facts(row.facts.map(([name, value]) => [name, sourceLink(value, value)]))));
  }
}

/** Paper shows all plots, in light colours. */
function startPrinting() {
  let chosen = '';
  window.addEventListener('beforeprint', () => {
    chosen = document.documentElement.dataset.theme ?? '';
    for (const details of document.querySelectorAll('details.plots')) details.open = true;
    applyTheme('light');
    // A disclosure is filled when it says that it was opened, which is after this.
    for (const details of document.querySelectorAll('details.plots')) details.dispatchEvent(new Event('toggle'));
    drawAll();
  });
  window.addEventListener('afterprint', () => applyTheme(chosen));
}

function start() {
  const page = JSON.parse(document.getElementById('page-data').textContent);
  document.getElementById('sentence').dataset.kind =
    {0: 'good', 1: 'bad', 3: 'open'}[page.exit] ?? 'none';
  startTheme();
  document.getElementById('table').append(publishedTable(page));
  const list = claimsTable(page);
  const filter = new ClaimFilter(page, list);
  document.getElementById('claims').append(filter.controls(), list);
  filter.set({});
  showCounts(page, filter);
  showChanges(page);
  showPlots(page);
  showRun(page);
  startDialog(page);
  startPrinting();
  onThemeChange(redraw);
  document.documentElement.dataset.ready = '';
}

start();
