// Charts as SVG: with title, what they show, names at their lines, and what the numbers are.

const SHEET = { width: 960, left: 24, top: 34, plot: 380, line: 18, letters: "system-ui, sans-serif" };

const NAME = { size: 13, weight: 600, gap: 8, most: 250, line: 16 };

function shape(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** The title of the chart or table that stands in a section. */
const titleOf = (box) => box.closest("section").querySelector("h3, h2");

/** How wide a text is. */
function wide(text, size, weight) {
  const pen = make("canvas").getContext("2d");
  pen.font = `${weight} ${size}px ${SHEET.letters}`;
  return pen.measureText(text).width;
}

/** Lines of a text, as many words in each as there is room for. */
function wrapped(text, size, weight, room = SHEET.width - 2 * SHEET.left) {
  const [first, ...words] = text.split(/[ \n]+/);
  const lines = [first];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (wide(longer, size, weight) > 0.95 * room) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** A sheet: title, what it shows, the drawing, and below it what is said of all numbers. */
function sheet(box, body, height, day = "") {
  const rtl = root.dir === "rtl";
  const texts = [];
  let y = SHEET.top;
  const write = (text, size, weight, fill) => {
    for (const line of wrapped(text, size, weight)) {
      texts.push(shape("text", { x: rtl ? SHEET.width - SHEET.left : SHEET.left, y, "font-size": size, "font-weight": weight, fill }, line));
      y += 1.35 * size;
    }
  };
  const shows = box.closest("section").querySelector(".shows, caption");
  write(titleOf(box).textContent, 20, 700, "#0B3754");
  write([shows.textContent, day].filter(Boolean).join(" · "), 14, 400, GREY);
  const top = y;
  y += height + 24;
  data.foot.forEach((text) => write(text, 12, 400, GREY));
  const all = shape("svg", { xmlns: SVG, width: SHEET.width, height: y, viewBox: `0 0 ${SHEET.width} ${y}`, "font-family": SHEET.letters, direction: root.dir },
    shape("rect", { width: "100%", height: "100%", fill: "#FFFFFF" }), ...texts, shape("g", { transform: `translate(0 ${top})`, direction: "ltr" }, ...body));
  return [new XMLSerializer().serializeToString(all), SHEET.width, Math.ceil(y)];
}

/** Round numbers for an axis from nought to the largest value. */
function ticksTo(most) {
  const rough = most / 6;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * unit).find((one) => one >= rough);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

/** Numbers over time: lines with their ranges, targets, the date of the data and of the slider. */
function timeSheet({ box, lines, measures }) {
  const names = Math.max(...lines.map(({ words }) => wide(words, NAME.size, NAME.weight) / 0.95));
  const [left, right, bottom] = [84, SHEET.width - SHEET.left - NAME.gap - Math.min(names, NAME.most), SHEET.plot - 26];
  const shown = lines.flatMap(({ middle, high }) => [...middle, ...(high ?? [])]).filter((value) => value !== null);
  const targets = data.targets.filter(([, , measure]) => measures.includes(measure));
  const most = 1.06 * Math.max(1, ...shown, ...targets.map(([, people]) => people));
  const x = (day) => left + ((right - left) * (day - data.days[0])) / (data.days.at(-1) - data.days[0]);
  const y = (value) => bottom - ((bottom - 8) * value) / most;
  const points = (values) => values.flatMap((value, i) => (value === null ? [] : [`${x(data.days[i]).toFixed(1)} ${y(value).toFixed(1)}`]));
  const body = ticksTo(most).flatMap((value) => [
    shape("path", { d: `M${left} ${y(value)}H${right}`, stroke: GRID }),
    shape("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end", "font-size": 13, fill: INK }, number(value)),
  ]);
  const first = new Date(seconds(data.days[0]) * 1000).getUTCFullYear();
  const last = new Date(seconds(data.days.at(-1)) * 1000).getUTCFullYear();
  for (let year = first + 1; year <= last; year++) {
    if (last - first > 12 && year % 5) continue;
    const at = x((Date.UTC(year, 0, 1) / 1000 - seconds(0)) / 86400);
    body.push(shape("path", { d: `M${at} 8V${bottom}`, stroke: GRID }), shape("text", { x: at, y: bottom + 18, "text-anchor": "middle", "font-size": 13, fill: INK }, String(year)));
  }
  if (data.as_of !== null) body.push(shape("rect", { x: left, y: 8, width: Math.max(0, x(data.as_of) - left), height: bottom - 8, fill: "#595959", "fill-opacity": 0.1 }));
  for (const { low, high, fill } of lines) {
    if (low && fill) body.push(shape("path", { d: `M${[...points(low), ...points(high).reverse()].join("L")}Z`, fill }));
  }
  for (const { middle, stroke, width, dash } of lines) {
    body.push(shape("path", { d: `M${points(middle).join("L")}`, stroke, "stroke-width": width ?? 2, "stroke-dasharray": dash?.join(" "), fill: "none" }));
  }
  body.push(shape("path", { d: `M${x(today())} 8V${bottom}`, stroke: INK, "stroke-width": 1.5 }));
  return sheet(box, [...body, ...targetSigns(targets, x, y, left), ...endNames(lines, y, right)], SHEET.plot, date(today()));
}

/** Targets as diamonds, with a bracket to what is modelled at their date. */
function targetSigns(targets, x, y, left) {
  return targets.flatMap(([day, people, measure]) => {
    const [at, high, low] = [x(day), y(people), y(modelledOn(day, measure) ?? people)];
    return [
      shape("path", { d: `M${left} ${high}H${at}`, stroke: INK, "stroke-dasharray": "3 3", fill: "none" }),
      shape("path", { d: `M${at} ${high}h7V${low}h-7`, stroke: INK, fill: "none" }),
      shape("path", { d: `M${at} ${high - 6}l6 6l-6 6l-6-6Z`, fill: MEASURE_LINES[measure].stroke, stroke: INK }),
    ];
  });
}

/** Names of lines beyond their right ends, below each other where lines meet. */
function endNames(lines, y, right) {
  let lowest = -NAME.line;
  return lines
    .map(({ words, stroke, middle }) => ({ words, stroke, end: middle.findLast((value) => value !== null) }))
    .filter(({ end }) => end !== undefined)
    .sort((one, other) => other.end - one.end)
    .flatMap(({ words, stroke, end }) => {
      const texts = wrapped(words, NAME.size, NAME.weight, NAME.most);
      const first = Math.max(y(end) + 4, lowest + NAME.line + 2);
      lowest = first + NAME.line * (texts.length - 1);
      return texts.map((text, i) => (
        shape("text", { x: right + NAME.gap, y: first + NAME.line * i, "font-size": NAME.size, "font-weight": NAME.weight, fill: stroke }, text)
      ));
    });
}

/** A table with bars, as it stands on the page. */
function barSheet(table) {
  const rows = [...table.tBodies[0].rows];
  const [left, width, step] = [310, 380, 26];
  const share = (text) => (width * (parseFloat(text) || 0)) / 100;
  const body = rows.flatMap((row, i) => {
    const [fill, whisker] = row.querySelectorAll(".bar > span");
    const middle = i * step + 14;
    const texts = [...row.cells].slice(2).map(textOf).join("  ·  ");
    const parts = [
      shape("text", { x: left - 10, y: middle + 4, "text-anchor": "end", "font-size": 13, fill: INK }, textOf(row.cells[0])),
      shape("rect", { x: left, y: middle - 8, width, height: 16, fill: "#EEF1F4" }),
      shape("rect", { x: left, y: middle - 8, width: share(fill.style.inlineSize), height: 16, fill: getComputedStyle(fill).backgroundColor }),
      shape("text", { x: left + width + 10, y: middle + 4, "font-size": 13, fill: INK }, texts),
    ];
    const [from, length] = [left + share(whisker.style.insetInlineStart), share(whisker.style.inlineSize)];
    if (!whisker.hidden) parts.push(shape("path", { d: `M${from} ${middle - 5}v10M${from} ${middle}h${length}m0-5v10`, stroke: INK, "stroke-width": 2, fill: "none" }));
    return parts;
  });
  return sheet(table, body, rows.length * step, table.querySelector("#districts-now") ? date(today()) : "");
}
