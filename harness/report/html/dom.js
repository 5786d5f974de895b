'use strict';

// Elements of the page. Data enter as text nodes and attribute values, never as markup.

/** An element with attributes and children; texts become text nodes, null and '' are left out. */
function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick') {
      node.addEventListener('click', value);
    } else if (value !== null && value !== false) {
      node.setAttribute(name, value === true ? '' : String(value));
    }
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === '') continue;
    node.append(child instanceof Node ? child : String(child));
  }
}

/** A text from a file: whatever direction its letters have, it stays in its place. */
function quoted(text, className = null) {
  return element('bdi', {class: className}, text);
}

/** A link for web addresses, else the text. */
function sourceLink(text, url) {
  if (!/^https?:\/\//.test(url)) return quoted(text);
  return element('a', {href: url, rel: 'noreferrer noopener', target: '_blank'}, quoted(text));
}

/** Names and values as a description list; pairs without a value are left out. */
function facts(pairs) {
  const list = element('dl', {class: 'facts'});
  for (const [name, value] of pairs) {
    if (value === null || value === undefined || value === '') continue;
    list.append(element('div', {}, element('dt', {}, name), element('dd', {}, value)));
  }
  return list;
}

/** A table whose cells keep their column's name for narrow screens. `heads`: names. */
function table(caption, heads, rows, className = '') {
  const head = element('tr', {role: 'row'},
    heads.map((name) => element('th', {scope: 'col', role: 'columnheader'}, name)));
  const body = rows.map((cells) => tableRow(heads, cells));
  return element('table', {class: 'stacks ' + className, role: 'table'},
    element('caption', {class: 'quiet'}, caption),
    element('thead', {role: 'rowgroup'}, head),
    element('tbody', {role: 'rowgroup'}, body));
}

/** The first cell is the row's heading. */
function tableRow(heads, cells) {
  return element('tr', {role: 'row'}, cells.map((cell, i) => i === 0
    ? element('th', {scope: 'row', role: 'rowheader'}, cell)
    : element('td', {role: 'cell', 'data-label': heads[i]}, cell)));
}

/** A command that can be copied. */
function command(text) {
  const copied = element('span', {class: 'copied', role: 'status'});
  const copy = element('button', {
    type: 'button',
    class: 'copy',
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(text);
        copied.textContent = 'copied';
      } catch {
        copied.textContent = 'select the text and copy it';
      }
    },
  }, 'Copy');
  // Lines are broken between words, and within one only where it is too long.
  const words = text.split(' ').flatMap((word, i) =>
    [i === 0 ? '' : ' ', element('span', {class: 'word'}, word)]);
  return element('div', {class: 'command'},
    element('code', {}, element('bdi', {}, words)), copy, copied);
}

/** A disclosure whose content is made when it is first opened. */
function disclosure(title, make, attributes = {}) {
  const details = element('details', attributes, element('summary', {}, title));
  let made = false;
  const fill = () => {
    if (made || !details.open) return;
    made = true;
    append(details, [make()]);
  };
  details.addEventListener('toggle', fill);
  fill();
  return details;
}

function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** At most six significant digits, as people write them. */
function numberText(value) {
  if (value === null || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(3);
  return String(Number(value.toPrecision(6)));
}
