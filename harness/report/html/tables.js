// The published table, and the list of all claims.

/** An id may be broken behind its underscores. */
function breakable(id) {
  return id.split(/(?<=_)/).flatMap((part, i) => i === 0 ? [part] : [element('wbr'), part]);
}

function rowHeading(row) {
  return element('span', {class: 'row-name'}, quoted(row.method),
    element('span', {class: 'hint id'}, element('bdi', {}, breakable(row.id))));
}

/** What the source prints in the cell, or how many claims stand behind it. */
function cellValue(column, claims) {
  if (!column.printed) return element('span', {class: 'hint'}, plural(claims.length, 'claim'));
  const published = claims.find((claim) => claim.published !== '-');
  return published ? element('span', {class: 'value'}, quoted(published.published))
    : element('span', {class: 'hint'}, 'not published');
}

function tableCell(page, row, index) {
  const column = page.columns[index];
  const claims = page.claims.filter((claim) => claim.row === row && claim.column === index);
  if (claims.length === 0) return element('span', {class: 'hint'}, 'no claim');
  return element('button', {
    type: 'button',
    class: 'cell',
    'data-kind': VERDICTS[worstOf(claims.map((claim) => claim.verdict))].kind,
    'aria-haspopup': 'dialog',
    onclick: () => openDialog(page, column.name, row, claims),
  }, cellValue(column, claims), element('span', {class: 'badges'}, badges(claims)));
}

function publishedTable(page) {
  const heads = ['Model', ...page.columns.map((column) => column.name)];
  const rows = page.rows.map((row, i) =>
    [rowHeading(row), ...page.columns.map((_, column) => tableCell(page, i, column))]);
  const made = table('What was published of each model, and whether it holds', heads, rows, 'published');
  page.columns.forEach((column, i) => {
    if (!column.printed) made.tHead.rows[0].cells[i + 1].classList.add('besides');
  });
  return scrollable(made, 'The published table');
}

const CLAIM_HEADS = ['Claim', 'Model', 'Published', 'Measured', 'Evidence', 'Verdict', 'Reason'];

/** The table's rows in the order of the claims. */
function claimsTable(page) {
  const rows = page.claims.map((claim) => [
    element('a', {href: claimAddress(page, claim), onclick: (event) => {
      event.preventDefault();
      openClaim(page, claim);
    }}, quoted(claim.claim)),
    element('span', {title: page.rows[claim.row].id}, quoted(page.rows[claim.row].method)),
    quoted(claim.published), quoted(claim.measured),
    `${claim.evidence} ${claim.precision}`, badge(claim.verdict),
    element('span', {class: 'hint'}, quoted(claim.reason)),
  ]);
  return table('Every claim of every model', CLAIM_HEADS, rows, 'claims');
}
