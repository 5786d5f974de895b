// The dialog of a cell or a claim: what was published, what was measured, and how to see it again.

function resultLine(result) {
  const seconds = result.elapsed_s === null ? '' : `, ${numberText(Number(result.elapsed_s.toPrecision(3)))} s`;
  return element('li', {}, element('code', {}, quoted(result.name)), ` ${result.status}`,
    result.started ? `, ${result.started}${seconds}` : '',
    result.reason ? element('span', {class: 'hint'}, ' ', quoted(result.reason)) : null);
}

/** Under the names of its parts: gpu, library, machine, build. */
function environmentList(pairs) {
  return facts(pairs.map(([name, value]) => [name, quoted(value)]));
}

function environments(page, claim) {
  const indices = [...new Set(claim.results.map((i) => page.results[i].environment))];
  return indices.map((index, i) => disclosure(
    indices.length === 1 ? 'Environment' : `Environment ${i + 1} of ${indices.length}`,
    () => environmentList(page.environments[index])));
}

function timeLineChart(page, claim) {
  const {points} = claim.time_line;
  return {
    title: `${claim.claim} over the runs of the history`,
    note: claim.time_line.summary,
    x: {label: 'run', logarithmic: false},
    y: {label: claim.claim, logarithmic: false},
    categories: points.map((point) => `${page.runs[point.run].id}`),
    stacked: false,
    series: [{
      name: 'measured',
      kind: 'line',
      points: points.map((point, i) => [i, point.value]),
      spans: [],
    }],
    marks: points.flatMap((point, i) => point.note === 'a new level'
      ? [{vertical: true, at: i - 0.5, label: `run ${page.runs[point.run].id}`}] : []),
  };
}

function timeLineTable(page, claim) {
  const line = claim.time_line;
  const heads = ['Run', 'Started', 'Commit', 'Measured', 'Verdict', ''];
  const rows = line.points.toReversed().map((point) => {
    const run = page.runs[point.run];
    return [`${run.id}`, run.started, quoted(run.commit), quoted(point.measured),
      badge(point.verdict), point.note];
  });
  const made = table('Every run, the newest first', heads, rows);
  return line.left_out === 0 ? made
    : [made, element('p', {class: 'hint'}, `${plural(line.left_out, 'earlier run')} left out.`)];
}

function timeLine(page, claim) {
  if (!claim.time_line) return null;
  const measured = claim.time_line.points.filter((point) => point.value !== null).length;
  const shown = measured > 1
    ? chartFigure(timeLineChart(page, claim))
    : element('p', {}, quoted(claim.time_line.summary));
  return element('div', {class: 'time-line'}, element('h4', {}, 'Time line'), shown,
    disclosure(plural(claim.time_line.points.length, 'run'), () => timeLineTable(page, claim)));
}

function claimFacts(page, claim) {
  const evidence = claim.precision ? `${claim.evidence} in ${claim.precision}` : claim.evidence;
  const conditions = claim.conditions.map(([name, value]) => `${name} ${value}`).join('; ');
  const rested = claim.results.map((i) => page.results[i]);
  return facts([
    ['Published', claim.published === '-' ? 'not published'
      : element('span', {class: 'value'}, quoted(claim.published))],
    ['Source', claim.source ? sourceLink(claim.source, claim.source_url) : null],
    ['Under', conditions ? quoted(conditions) : null],
    ['Measured', claim.measured === '-' ? 'nothing'
      : element('span', {class: 'value'}, quoted(claim.measured))],
    ['Reason', quoted(claim.reason)],
    ['Allowed', claim.tolerance || null],
    ['Allowed because', claim.tolerance_reason ? quoted(claim.tolerance_reason) : null],
    ['Compared', claim.checked || null],
    ['Evidence', evidence],
    ['Results', rested.length > 0
      ? element('ul', {class: 'plain'}, rested.map(resultLine)) : 'none in this run'],
  ]);
}

function claimBody(page, claim) {
  return element('div', {class: 'claim-body'},
    claimFacts(page, claim),
    environments(page, claim),
    element('h4', {}, 'Measure it again'), command(claim.command),
    element('h4', {}, 'Judge it again'), command(claim.judge),
    timeLine(page, claim));
}

/** One claim is open; of several, those that need attention, or the first. */
function claimDetails(page, claim, open) {
  const title = element('span', {class: 'claim-name'}, element('span', {}, quoted(claim.claim)),
    badge(claim.verdict),
    element('span', {class: 'hint'}, claim.measured === '-' ? '' : quoted(claim.measured)));
  return disclosure(title, () => claimBody(page, claim), {class: 'claim', open});
}

function claimAddress(page, claim) {
  const parts = [page.rows[claim.row].id, claim.claim, claim.precision];
  return '#claim/' + parts.map(encodeURIComponent).join('/');
}

function findClaim(page, address) {
  return page.claims.find((claim) => claimAddress(page, claim) === address);
}

/** What says most of a number first: an evaluation before a log. */
const EVIDENCE_ORDER = ['evaluated', 'retrained', 'log', 'file'];

function openDialog(page, title, row, found) {
  const dialog = document.getElementById('claim-dialog');
  const place = (claim) => EVIDENCE_ORDER.indexOf(claim.evidence);
  const claims = found.toSorted((one, other) => place(one) - place(other));
  const needAttention = claims.filter((claim) => VERDICTS[claim.verdict].kind === 'bad');
  const open = needAttention.length > 0 ? needAttention : claims.slice(0, 1);
  const close = element('button', {type: 'button', class: 'close', onclick: () => dialog.close()}, 'Close');
  dialog.replaceChildren(
    element('div', {class: 'dialog-head'},
      element('div', {}, element('h3', {id: 'claim-title'}, quoted(title)),
        element('p', {class: 'hint'}, quoted(page.rows[row].method), ' · ', quoted(page.rows[row].id))),
      close),
    ...claims.map((claim) => claimDetails(page, claim, open.includes(claim))));
  dialog.showModal();
  dialog.scrollTop = 0;
}

/** The address of a claim can be sent to others; it goes when the dialog is closed. */
function setAddress(address) {
  window.history.replaceState(null, '', address || window.location.pathname + window.location.search);
}

function openClaim(page, claim) {
  openDialog(page, claim.claim, claim.row, [claim]);
  setAddress(claimAddress(page, claim));
}

function startDialog(page) {
  const dialog = document.getElementById('claim-dialog');
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();  // Beside it.
  });
  dialog.addEventListener('close', () => {
    dialog.replaceChildren();
    redraw();
    if (window.location.hash.startsWith('#claim/')) setAddress('');
  });
  const follow = () => {
    const claim = findClaim(page, window.location.hash);
    if (claim && !dialog.open) openClaim(page, claim);
  };
  window.addEventListener('hashchange', follow);
  follow();
}
