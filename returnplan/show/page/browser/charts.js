// Charts over time (uPlot), and bars in tables. All follow slider and allocation.

const INK = "#222222";
const GREY = "#595959";
const GRID = "#E4E4E4";
const MEASURES = ["people", "returned", "present"];
const MEASURE_LINES = [
  { stroke: "#0B3754", width: 2.2, fill: "rgba(79,158,208,0.28)" },
  { stroke: "#B36B00", width: 2, dash: [9, 4], fill: "rgba(230,159,0,0.20)" },
  { stroke: "#595959", width: 1.8, dash: [2, 3] },
];
const ALLOCATION_LINES = [
  { stroke: "#0B3754" },
  { stroke: "#B36B00", dash: [9, 4] },
  { stroke: "#2F7FB5", dash: [10, 3, 2, 3] },
  { stroke: "#595959", dash: [2, 3] },
  { stroke: "#8C6BB1", dash: [12, 2, 2, 2, 2, 2] },
  { stroke: "#7A4B1E", dash: [5, 5] },
];
const CHART_PX = 300;
const NAME_PX = 12;
const AXIS_PX = 16;
const TIME_AXIS_PX = 32;
const WHOLE_STEPS = Array.from({ length: 9 }, (_, tens) => [1, 2, 5].map((step) => step * 10 ** tens)).flat();
const LETTER_PX = 6.8;

const lineOf = (allocation) => ALLOCATION_LINES[allocation % ALLOCATION_LINES.length];

/** A short sample of a line, for the tables that serve as legends. */
function sample(line) {
  const dash = line.dash?.join(" ");
  return shape("svg", { width: 34, height: 10, "aria-hidden": "true", class: "sample" },
    shape("line", { x1: 1, x2: 33, y1: 5, y2: 5, stroke: line.stroke, "stroke-width": line.width ?? 2, "stroke-dasharray": dash }));
}

/** Size of a chart: that of its box; on the first screen this is as high as there is room. */
const sizeOf = (box) => ({ width: Math.max(box.clientWidth, 200), height: box.closest(".first") ? Math.max(box.clientHeight, 80) : CHART_PX });

/** One chart of people over time; a click on it moves the slider there. */
function timeChart(box, series, bands, drawMore) {
  const axis = { stroke: INK, grid: { stroke: GRID, width: 1 }, ticks: { stroke: GRID, width: 1 }, font: "12px system-ui, sans-serif" };
  const chart = new uPlot(
    {
      ...sizeOf(box),
      padding: [10, 12, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: { y: { range: (u, low, high) => [0, Math.max(high, 1) * 1.06] } },
      axes: [
        { ...axis, values: (u, marks) => marks.map(timeMark), space: 56, size: TIME_AXIS_PX },
        { ...axis, values: (u, marks) => marks.map(number), incrs: WHOLE_STEPS, size: (u, marks) => AXIS_PX + LETTER_PX * Math.max(4, ...(marks ?? []).map((mark) => mark.length)) },
      ],
      series: [{}, ...series.map((line) => ({ ...line, spanGaps: true }))],
      bands,
      hooks: { draw: [(u) => { drawAsOf(u); drawMore(u); drawDate(u); }] },
    },
    [data.days.map(seconds), ...series.map(() => [])],
    box,
  );
  chart.over.addEventListener("click", () => {
    if (chart.cursor.idx !== null && chart.cursor.idx !== undefined) change({ step: chart.cursor.idx });
  });
  new ResizeObserver(() => chart.setSize(sizeOf(box))).observe(box);
  return chart;
}

/** Where so much is withheld that no line is left, words stand in its place. */
function showLines(box, lines) {
  const known = (values) => values.filter((value) => value !== null);
  const isEmpty = lines.every((values) => known(values).length < values.length && new Set(known(values)).size < 2);
  box.classList.toggle("without", isEmpty);
  if (isEmpty && !box.querySelector("p")) box.append(make("p", {}, say("no_lines")));
}

function timeMark(mark) {
  const when = new Date(mark * 1000);
  return when.getUTCMonth() === 0 ? String(when.getUTCFullYear()) : dated(data.formats.months, mark);
}

/** What lies before the date of the data is past: it is shaded. */
function drawAsOf(chart) {
  if (data.as_of === null) return;
  const pen = chart.ctx;
  const { left, top, height } = chart.bbox;
  const x = Math.round(chart.valToPos(seconds(data.as_of), "x", true));
  pen.save();
  pen.fillStyle = "rgba(89,89,89,0.10)";
  pen.fillRect(left, top, x - left, height);
  pen.restore();
}

/** The date of the slider: a line through the chart. */
function drawDate(chart) {
  const pen = chart.ctx;
  const x = Math.round(chart.valToPos(seconds(today()), "x", true));
  const { top, height } = chart.bbox;
  pen.save();
  pen.strokeStyle = INK;
  pen.lineWidth = 1.5 * devicePixelRatio;
  pen.setLineDash([]);
  pen.beginPath();
  pen.moveTo(x, top);
  pen.lineTo(x, top + height);
  pen.stroke();
  pen.fillStyle = INK;
  pen.beginPath();
  pen.moveTo(x - 6 * devicePixelRatio, top);
  pen.lineTo(x + 6 * devicePixelRatio, top);
  pen.lineTo(x, top + 8 * devicePixelRatio);
  pen.fill();
  pen.restore();
}

/** Median of a measure under the chosen allocation at the last step up to a day; null: not shown. */
function modelledOn(day, measure) {
  const step = data.days.findLastIndex((one) => one <= day);
  return middleOf(data.people[state.allocation][measure])[step];
}

/** Targets: a diamond at date and number, a dashed line to it, a bracket to what is modelled then. */
function drawTargets(chart, measures) {
  const pen = chart.ctx;
  for (const [day, people, measure] of data.targets) {
    if (!measures.includes(measure)) continue;
    const x = chart.valToPos(seconds(day), "x", true);
    const y = chart.valToPos(people, "y", true);
    const size = 5 * devicePixelRatio;
    pen.save();
    pen.strokeStyle = INK;
    pen.fillStyle = measure ? MEASURE_LINES[1].stroke : MEASURE_LINES[0].stroke;
    pen.lineWidth = devicePixelRatio;
    pen.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    pen.beginPath();
    pen.moveTo(chart.bbox.left, y);
    pen.lineTo(x, y);
    pen.stroke();
    pen.setLineDash([]);
    const modelled = modelledOn(day, measure);
    if (modelled !== null) {
      const [low, arm] = [chart.valToPos(modelled, "y", true), 7 * devicePixelRatio];
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(x + arm, y);
      pen.lineTo(x + arm, low);
      pen.lineTo(x, low);
      pen.stroke();
    }
    pen.beginPath();
    pen.moveTo(x, y - size);
    pen.lineTo(x + size, y);
    pen.lineTo(x, y + size);
    pen.lineTo(x - size, y);
    pen.closePath();
    pen.fill();
    pen.stroke();
    pen.restore();
  }
}

/** Where names end that stand above the ends of lines (below, where there is no room), from top to bottom, none on another. */
function besideLines(ends, top, bottom, step) {
  const gap = step / 5;
  const heights = [];
  ends.forEach((y, i) => {
    const own = y - gap - step < top ? y + gap + step : y - gap;
    heights.push(i ? Math.max(own, heights[i - 1] + step) : own);
  });
  for (let i = heights.length - 1, most = bottom; i >= 0; i--, most = heights[i + 1] - step) heights[i] = Math.min(heights[i], most);
  return heights;
}

/** Names of lines at their right ends, below each other where lines meet. */
function drawNames(chart, lines) {
  const pen = chart.ctx;
  const ratio = devicePixelRatio;
  const { left, top, width, height } = chart.bbox;
  const ends = lines
    .map(({ words, stroke, series }) => {
      const value = chart.data[series].findLast((one) => one !== null && one !== undefined);
      return value === undefined ? null : { words, stroke, y: chart.valToPos(value, "y", true) };
    })
    .filter((line) => line !== null)
    .sort((one, other) => one.y - other.y);
  pen.save();
  pen.font = `600 ${NAME_PX * ratio}px system-ui, sans-serif`;
  pen.textAlign = "right";
  pen.textBaseline = "bottom";
  pen.lineWidth = 3 * ratio;
  pen.strokeStyle = "#FFFFFF";
  const heights = besideLines(ends.map(({ y }) => y), top, top + height, (NAME_PX + 2) * ratio);
  ends.forEach(({ words, stroke }, i) => {
    pen.strokeText(words, left + width - 2 * ratio, heights[i]);
    pen.fillStyle = stroke;
    pen.fillText(words, left + width - 2 * ratio, heights[i]);
  });
  pen.restore();
}

/** Charts of the chosen allocation say what they find under it. */
function startTitles() {
  const show = (changed) => {
    if (!changed.has("allocation")) return;
    for (const chart of ["people", "districts", "causes"]) {
      $(`${chart}-title`).textContent = data.titles[chart][state.allocation];
      $(`${chart}-shows`).textContent = say(`${chart}_shows`, { title: data.allocations[state.allocation] });
    }
  };
  follow(show);
  show(new Set(["allocation"]));
}

/** Met, returned and present of one allocation, each with its range. */
function startPeopleChart() {
  const hasRanges = data.draws > 0;
  const edge = (line) => ({ stroke: line.fill ?? "transparent", width: 1, points: { show: false } });
  const series = MEASURE_LINES.flatMap((line) => {
    const middle = { ...line, fill: undefined, points: { show: false } };
    return hasRanges ? [edge(line), middle, edge(line)] : [middle];
  });
  const bands = hasRanges
    ? MEASURE_LINES.flatMap((line, i) => (line.fill ? [{ series: [3 * i + 3, 3 * i + 1], fill: line.fill }] : []))
    : [];
  const each = hasRanges ? 3 : 1;
  const lines = MEASURES.map((measure, i) => (
    { words: say(measure), stroke: MEASURE_LINES[i].stroke, series: each * i + (hasRanges ? 2 : 1) }
  ));
  const chart = timeChart($("people-chart"), series, bands, (u) => {
    drawTargets(u, [0, 1]);
    drawNames(u, lines);
  });
  const cells = MEASURES.map((measure, i) => legendRow($("people-now"), MEASURE_LINES[i], say(measure)));
  const show = (changed) => {
    if (changed.has("allocation")) {
      chart.setData([data.days.map(seconds), ...data.people[state.allocation].flat()]);
      showLines($("people-chart"), data.people[state.allocation].map(middleOf));
    } else if (changed.has("step")) chart.redraw(false);
    cells.forEach((cell, i) => (cell.textContent = now(state.allocation, i)));
  };
  follow(show);
  show(new Set(["allocation"]));
  return chart;
}

/** The same for a sheet of its own. */
function peopleSheet() {
  const lines = MEASURES.map((measure, i) => {
    const ranges = data.people[state.allocation][i];
    const [low, high] = ranges.length === 3 ? [ranges[0], ranges[2]] : [];
    return { ...MEASURE_LINES[i], words: say(measure), low, middle: middleOf(ranges), high };
  });
  return { box: $("people-chart"), lines, measures: [0, 1] };
}

/** Value with range of a measure at the date of the slider. */
function now(allocation, measure) {
  const ranges = data.people[allocation][measure];
  if (MEASURES[measure] === "present" && middleOf(ranges)[state.step] === null) return say("not_shown");
  return told(ranges, state.step, number);
}

function legendRow(body, line, words) {
  const cell = make("td", { class: "number" });
  body.append(make("tr", {}, make("th", { scope: "row" }, make("span", { class: "keyed" }, sample(line), make("bdi", {}, words))), cell));
  return cell;
}

/** Medians of all allocations for one measure. */
function startAllocationsChart() {
  const series = data.allocations.map((_, i) => ({ ...lineOf(i), width: 1.6, points: { show: false } }));
  const chart = timeChart($("allocations-chart"), series, [], (u) => drawTargets(u, [state.measure]));
  const body = $("allocations-now");
  const cells = data.allocations.map((title, i) => legendRow(body, lineOf(i), title));
  const choice = $("measure");
  choice.addEventListener("change", () => change({ measure: Number(choice.value) }));
  const show = (changed) => {
    data.allocations.forEach((_, i) => {
      chart.series[i + 1].width = i === state.allocation ? 3.2 : 1.6;
      body.rows[i].classList.toggle("chosen", i === state.allocation);
      cells[i].textContent = now(i, state.measure);
    });
    if (changed.has("measure")) {
      const lines = data.people.map((measures) => middleOf(measures[state.measure]));
      chart.setData([data.days.map(seconds), ...lines]);
      showLines($("allocations-chart"), lines);
    } else if (changed.has("step") || changed.has("allocation")) chart.redraw(false);
  };
  follow(show);
  show(new Set(["measure"]));
  return chart;
}

/** The same for a sheet of its own. */
function allocationsSheet() {
  const lines = data.people.map((measures, i) => (
    { ...lineOf(i), width: i === state.allocation ? 3.2 : 1.6, words: data.allocations[i], middle: middleOf(measures[state.measure]) }
  ));
  return { box: $("allocations-chart"), lines, measures: [state.measure] };
}

/** A bar of a share, with a whisker for its range. */
function bar(className = "") {
  const fill = make("span", { class: "fill" });
  const whisker = make("span", { class: "whisker" });
  const box = make("span", { class: `bar ${className}`, "aria-hidden": "true" }, fill, whisker);
  return {
    box,
    set(share, low = null, high = null) {
      fill.style.inlineSize = `${100 * (share ?? 0)}%`;
      whisker.hidden = low === null || high === null || low === high;
      whisker.style.insetInlineStart = `${100 * low}%`;
      whisker.style.inlineSize = `${100 * (high - low)}%`;
    },
  };
}

/** Share of each district's people at the date of the slider. */
function startDistricts() {
  const body = $("districts-now");
  const rows = data.districts.names.map((name, i) => {
    const drawn = bar();
    const people = data.districts.people[i];
    const text = make("td", { class: "number" });
    body.append(
      make("tr", {}, make("th", { scope: "row" }, make("bdi", {}, name)), make("td", { class: "wide" }, drawn.box), text,
        make("td", { class: "number" }, people === null ? say("not_shown") : number(people))),
    );
    return { drawn, text };
  });
  nameCells(body.parentNode);
  const show = (changed) => {
    if (!changed.has("step") && !changed.has("allocation")) return;
    rows.forEach(({ drawn, text }, i) => {
      const shares = data.districts.shares[state.allocation][i].map((values) => values[lastDay()] ?? null);
      const ends = sharesBetween(i);
      const range = shares.length === 3 && shares[1] !== null ? [shares[0], shares[2]] : (ends ?? []);
      drawn.set(ends?.[0], ...range);
      text.textContent = shareText(i);
    });
  };
  follow(show);
  show(new Set(["step"]));
}

/** Person-days of waiting by cause under the chosen allocation. */
function startCauses() {
  const show = (changed) => {
    if (!changed.has("allocation")) return;
    const causes = data.causes[state.allocation];
    const most = Math.max(...causes.map(([, days]) => days), 1);
    const body = $("causes-now");
    body.replaceChildren(...causes.map(([name, days, share]) => {
      const drawn = bar("cause");
      drawn.set(days / most);
      return make("tr", {}, make("th", { scope: "row" }, make("bdi", {}, name)), make("td", { class: "wide" }, drawn.box),
        make("td", { class: "number" }, share), make("td", { class: "number" }, number(days)));
    }));
    nameCells(body.parentNode);
  };
  follow(show);
  show(new Set(["allocation"]));
}
