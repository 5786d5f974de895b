// Charts: from data (page_chart.h) to Chart.js, and to a table with the same numbers.

const SERIES_COLOURS = 12;
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];
const POINT_STYLES = ['circle', 'rect', 'triangle', 'rectRot', 'crossRot', 'star'];
const MOST_DOTS = 40;  // A line of more points has no dots.

const MOST_NAMES = 24;  // Of more categories, not all are named on the axis.

const drawnCharts = new Map();  // Canvases and what is drawn on them.

function seriesColour(index) {
  return colour(`series-${index % SERIES_COLOURS}`);
}

/** A series that appears among others may not be told by its colour alone. */
function lineDataset(series, index) {
  const few = series.points.length <= MOST_DOTS;
  const isPoints = series.kind === 'points';
  return {
    type: 'line',
    label: series.name,
    data: series.points.map(([x, y]) => ({x, y})),
    showLine: !isPoints,
    borderColor: seriesColour(index),
    backgroundColor: seriesColour(index),
    borderWidth: 1.75,
    borderDash: isPoints ? [] : DASHES[index % DASHES.length],
    pointStyle: POINT_STYLES[index % POINT_STYLES.length],
    pointRadius: isPoints ? 4.5 : few ? 2.5 : 0,
    pointHitRadius: 8,
    spanGaps: false,
    order: -index,  // Dashes over what is whole, where both run the same way.
    spans: series.spans,
  };
}

function barDataset(series, index, categories) {
  return {
    type: 'bar',
    label: series.name,
    data: categories ? series.points.map(([, y]) => y) : series.points.map(([x, y]) => ({x, y})),
    backgroundColor: seriesColour(index),
    borderColor: colour('surface'),
    borderWidth: categories ? 1 : 0,
    barPercentage: categories ? 0.95 : 1,
    categoryPercentage: categories ? 0.8 : 1,
  };
}

function isLogarithmicTick(value) {
  const exponent = Math.log10(value);
  return Math.abs(exponent - Math.round(exponent)) < 1e-9;
}

function tickText(value) {
  return numberText(value).replace(/\.?0+e/, 'e');
}

/** Room above and below, but none below 0 for what is never negative. */
function roomOf(axis, chart) {
  const values = chart.series.flatMap((series) => series.points.map(([, y]) => y)).filter((y) => y !== null);
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  if (axis.logarithmic) return {};
  return least >= 0 && least < 0.1 * range ? {min: 0, grace: '4%'} : {grace: '4%'};
}

function valueAxis(axis, chart) {
  const values = chart.marks.filter((mark) => !mark.vertical).map((mark) => mark.at);
  return {
    type: axis.logarithmic ? 'logarithmic' : 'linear',
    stacked: chart.stacked,
    title: {display: axis.label !== '', text: axis.label, color: colour('muted')},
    grid: {color: colour('line'), borderColor: colour('line')},
    suggestedMin: values.length > 0 ? Math.min(...values) : undefined,
    suggestedMax: values.length > 0 ? Math.max(...values) : undefined,
    ...roomOf(axis, chart),
    ticks: {
      color: colour('muted'),
      maxTicksLimit: 8,
      callback: (value) => axis.logarithmic && !isLogarithmicTick(value) ? null : tickText(value),
    },
  };
}

function numberAxis(base, chart) {
  return {
    ...base,
    type: chart.x.logarithmic ? 'logarithmic' : 'linear',
    offset: chart.series[0].kind === 'bars',
    ticks: {...base.ticks, maxTicksLimit: 9, callback: tickText},
  };
}

/** Names of categories under bars; under points a line of numbers that are called by their names. */
function categoryAxis(base, chart) {
  const names = chart.categories;
  const ticks = {...base.ticks, autoSkip: names.length > MOST_NAMES};
  if (chart.series[0].kind === 'bars') return {...base, type: 'category', offset: true, ticks};
  return {
    ...base,
    type: 'linear',
    min: -0.5,
    max: names.length - 0.5,
    ticks: {...ticks, callback: (value) => names[value] ?? ''},
    afterBuildTicks: (axis) => { axis.ticks = names.map((_, value) => ({value})); },
  };
}

function placeAxis(chart) {
  const base = {
    title: {display: chart.x.label !== '', text: chart.x.label, color: colour('muted')},
    grid: {display: false, borderColor: colour('line')},
    stacked: chart.stacked,
    ticks: {color: colour('muted'), maxRotation: 60, autoSkipPadding: 12},
  };
  return chart.categories.length > 0 ? categoryAxis(base, chart) : numberAxis(base, chart);
}

/** Draws thresholds across the chart, and intervals at their points. */
const MARKS_PLUGIN = {
  id: 'marks',
  afterDatasetsDraw(drawn, _, options) {
    const {ctx: context, chartArea: area, scales} = drawn;
    context.save();
    drawn.data.datasets.forEach((set) => drawSpans(context, scales, set));
    options.marks.forEach((mark, i) => drawMark(context, area, scales, mark, i));
    context.restore();
  },
};

function drawSpans(context, scales, set) {
  (set.spans ?? []).forEach(([low, high], i) => {
    if (low === null || high === null) return;
    const x = scales.x.getPixelForValue(set.data[i].x);
    const [top, bottom] = [scales.y.getPixelForValue(high), scales.y.getPixelForValue(low)];
    context.strokeStyle = set.borderColor;
    context.lineWidth = 1.75;
    context.beginPath();
    for (const [x1, y1, x2, y2] of [[x, top, x, bottom], [x - 6, top, x + 6, top],
      [x - 6, bottom, x + 6, bottom]]) {
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
    }
    context.stroke();
  });
}

/** Labels of vertical lines stand one below the other. */
function drawMark(context, area, scales, mark, index) {
  const at = (mark.vertical ? scales.x : scales.y).getPixelForValue(mark.at);
  context.strokeStyle = colour('mark');
  context.setLineDash([5, 4]);
  context.lineWidth = 1.25;
  context.font = '12px system-ui, sans-serif';
  context.beginPath();
  context.moveTo(mark.vertical ? at : area.left, mark.vertical ? area.top : at);
  context.lineTo(mark.vertical ? at : area.right, mark.vertical ? area.bottom : at);
  context.stroke();
  context.setLineDash([]);
  const width = context.measureText(mark.label).width;
  const left = mark.vertical && at + width + 6 > area.right ? at - width - 6 : at + 5;
  const x = mark.vertical ? left : area.right - width - 4;
  const y = mark.vertical ? area.top + 12 + 16 * (index % 4) : Math.max(at - 6, area.top + 12);
  context.fillStyle = colour('surface');
  context.globalAlpha = 0.8;  // Readable over bars, and hides no point.
  context.fillRect(x - 2, y - 11, width + 4, 14);
  context.globalAlpha = 1;
  context.fillStyle = colour('text');
  context.fillText(mark.label, x, y);
}

/** Intervals have to fit as well as points. */
function valueAxisWithSpans(chart) {
  const axis = valueAxis(chart.y, chart);
  const ends = chart.series.flatMap((series) => series.spans.flat()).filter((end) => end !== null);
  if (ends.length === 0) return axis;
  return {
    ...axis,
    suggestedMin: Math.min(axis.suggestedMin ?? Infinity, ...ends),
    suggestedMax: Math.max(axis.suggestedMax ?? -Infinity, ...ends),
  };
}

function legendOf(chart, isBars) {
  return {
    display: chart.series.length > 1,
    position: 'bottom',
    labels: {
      color: colour('text'),
      usePointStyle: !isBars,
      boxWidth: isBars ? 14 : 24,
      boxHeight: 8,
      sort: (one, other) => one.datasetIndex - other.datasetIndex,
    },
  };
}

function chartConfig(chart) {
  const categories = chart.categories.length > 0;
  const isBars = chart.series[0].kind === 'bars';
  return {
    type: isBars ? 'bar' : 'line',
    data: {
      labels: categories && isBars ? chart.categories : undefined,
      datasets: chart.series.map((series, i) => series.kind === 'bars'
        ? barDataset(series, i, categories) : lineDataset(series, i)),
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: {mode: 'nearest', intersect: false},
      scales: {x: placeAxis(chart), y: valueAxisWithSpans(chart)},
      plugins: {legend: legendOf(chart, isBars), marks: {marks: chart.marks}},
    },
    plugins: [MARKS_PLUGIN],
  };
}

function draw(canvas, chart) {
  drawnCharts.get(canvas)?.drawn?.destroy();
  drawnCharts.set(canvas, {chart, drawn: new Chart(canvas, chartConfig(chart))});
}

/** Draws once the chart comes near the screen. */
const chartObserver = new IntersectionObserver((entries) => {
  for (const {isIntersecting, target} of entries) {
    if (isIntersecting) drawIfNew(target);
  }
}, {rootMargin: '300px'});

function drawIfNew(canvas) {
  const entry = drawnCharts.get(canvas);
  if (entry && !entry.drawn) draw(canvas, entry.chart);
}

function drawAll(selector = 'canvas') {
  for (const canvas of document.querySelectorAll(selector)) drawIfNew(canvas);
}

/** Colours are read anew. Charts of elements that are gone are forgotten. */
function redraw() {
  for (const [canvas, {chart, drawn}] of drawnCharts) {
    if (!canvas.isConnected) {
      drawn?.destroy();
      drawnCharts.delete(canvas);
    } else if (drawn) {
      draw(canvas, chart);
    }
  }
}

/** A row for each x, a column for each series, and its interval where it has one. */
function chartTable(chart) {
  const heads = [chart.x.label || 'x'];
  const byPlace = new Map();
  chart.series.forEach((series, column) => {
    heads.push(series.name);
    series.points.forEach(([x, y], i) => {
      const cells = byPlace.get(x) ?? chart.series.map(() => []);
      const span = series.spans[i];
      const interval = span ? ` (${numberText(span[0])} to ${numberText(span[1])})` : '';
      cells[column].push(numberText(y) + interval);
      byPlace.set(x, cells);
    });
  });
  const rows = [...byPlace].sort((a, b) => a[0] - b[0]).map(([x, cells]) => [
    chart.categories[x] ?? numberText(x),
    ...cells.map((values) => values.join(', ')),
  ]);
  const marks = chart.marks.map((mark) => [mark.label || 'line', numberText(mark.at),
    ...chart.series.slice(1).map(() => '')]);
  const wide = table(chart.title, heads, [...rows, ...marks], 'numbers');
  wide.classList.remove('stacks');
  return scrollable(wide, chart.title);
}

/** What is too wide for a narrow screen scrolls by itself, also by keyboard. */
function scrollable(node, name) {
  return element('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': name}, node);
}

function chartFigure(chart) {
  const names = chart.series.map((series) => series.name).join(', ');
  const canvas = element('canvas', {
    role: 'img',
    'aria-label': `${chart.title}. ${chart.y.label} over ${chart.x.label}: ${names}. ` +
      'The numbers stand in the table below.',
  });
  drawnCharts.set(canvas, {chart, drawn: null});
  chartObserver.observe(canvas);
  return element('figure', {class: 'chart'},
    element('figcaption', {}, element('strong', {}, quoted(chart.title)),
      chart.note ? element('span', {class: 'hint'}, quoted(chart.note)) : null),
    element('div', {class: 'canvas'}, canvas),
    disclosure('Data', () => chartTable(chart), {class: 'data'}));
}
