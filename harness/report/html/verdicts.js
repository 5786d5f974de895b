// Verdicts: a sign and a word for each, so that none is told by its colour alone.

const VERDICTS = {
  FAIL: {sign: '✗', kind: 'bad', means: 'not reproduced, or not measured although asked for'},
  XPASS: {sign: '✗', kind: 'bad', means: 'passed although the suite expects a failure'},
  AMBIGUOUS: {sign: '≈', kind: 'open', means: 'measured, and too noisy to say'},
  PASS: {sign: '✓', kind: 'good', means: 'reproduced within the tolerance'},
  XFAIL: {sign: '✓', kind: 'good', means: 'failed, as the suite expects with a reason'},
  UNFIT: {sign: '○', kind: 'open', means: 'this machine cannot say'},
  SKIPPED: {sign: '–', kind: 'none', means: 'not tried'},
  NOT_VERIFIABLE: {sign: '?', kind: 'none', means: 'the source does not publish it'},
};

/** From what needs attention to what does not. */
const VERDICT_ORDER = Object.keys(VERDICTS);

function worstOf(verdicts) {
  return VERDICT_ORDER.find((name) => verdicts.includes(name));
}

/** The sign and the word; with a count where it stands for several claims. */
function badge(name, count = 1) {
  const verdict = VERDICTS[name];
  const [first, ...others] = name.split('_');
  const together = element('span', {class: 'together'},
    element('span', {class: 'sign', 'aria-hidden': 'true'}, verdict.sign),
    count > 1 ? `${count} ` : '', first);
  return element('span', {class: 'verdict', 'data-kind': verdict.kind, title: verdict.means},
    together, others.map((word) => ' ' + word));
}

/** A badge for each verdict among the claims, counted where there is more than one. */
function badges(claims) {
  const names = VERDICT_ORDER.filter((name) => claims.some((claim) => claim.verdict === name));
  return names.map((name) => badge(
    name, names.length === 1 ? 1 : claims.filter((claim) => claim.verdict === name).length));
}
