// What readers take away: tables as text for spreadsheets, charts as pictures.

const SVG = "http://www.w3.org/2000/svg";
const MARKS = /[\u200e\u200f\u061c\u2066-\u2069]/g;
const TOLD_MS = 2000;

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A sentence of the page as a pattern that finds what was put into it. */
const patternOf = (key) => new RegExp(`^${escaped(data.words[key]).replace(/\\\{\w+\\\}/g, "(.+?)")}$`);

/** What a cell says: no signs for the eye alone, no marks of direction. */
function textOf(cell) {
  const copy = cell.cloneNode(true);
  copy.querySelectorAll("[aria-hidden]").forEach((sign) => sign.remove());
  return copy.textContent.replace(MARKS, "").replace(/\u00a0%/g, " %").trim();
}

/** A number as machines write it, a share of 1 for a percentage; other words as they are. */
function machine(text) {
  const { group, decimal } = data.formats;
  const digits = `\\d{1,3}(?:${escaped(group)}\\d{3})+|\\d+`;
  const found = new RegExp(`^([−+-]?)(${digits})(?:${escaped(decimal)}(\\d+))?( ?%)?$`).exec(text);
  if (!found) return text;
  const [, sign, whole, part, isShare] = found;
  const value = `${/[−-]/.test(sign) ? "-" : ""}${whole.replaceAll(group, "")}${part ? `.${part}` : ""}`;
  return isShare ? String(Number(value) / 100) : value;
}

/** A cell in parts: [value], [low, high], or [value, low, high]. */
function partsOf(text) {
  const whole = patternOf("ranged").exec(text) ?? patternOf("low_to_high").exec(text);
  return (whole ? whole.slice(1) : [text]).map(machine);
}

/** Rows of a table, headings first; ranges have columns of their own. */
function gridOf(table) {
  const head = table.tHead ? [...table.tHead.rows[0].cells] : [make("th"), table.caption];
  const shown = head.map((_, i) => i).filter((i) => !head[i].classList.contains("wide"));
  const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden);
  const columns = shown.map((i) => {
    const heading = textOf(head[i]);
    const cells = rows.map((row) => (i ? partsOf(textOf(row.cells[i])) : [textOf(row.cells[i])]));
    const most = Math.max(1, ...cells.map((parts) => parts.length));
    const ends = [say("low_end", { what: heading }), say("high_end", { what: heading })];
    if (most === 1) return [[heading], ...cells];
    if (most === 2) return [ends, ...cells.map((parts) => (parts.length === 2 ? parts : [parts[0], ""]))];
    return [[heading, ...ends], ...cells.map((parts) => (parts.length === 2 ? ["", ...parts] : [...parts, "", ""].slice(0, 3)))];
  });
  return columns[0].map((_, row) => columns.flatMap((column) => column[row].map((cell) => cell.replace(MARKS, ""))));
}

/** Words that a spreadsheet would take for a formula are marked as words. */
const inert = (cell) => (/^[=+\-@]/.test(cell) && Number.isNaN(Number(cell)) ? `'${cell}` : cell);
const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const csv = (rows) => `\ufeff${rows.map((row) => row.map((cell) => quoted(inert(cell))).join(",")).join("\r\n")}\r\n`;
const tsv = (rows) => rows.map((row) => row.map((cell) => inert(cell).replace(/\s+/g, " ")).join("\t")).join("\n");

/** Name of a file: the section, which of several in it, for whom the page is. */
function fileName(what, selector, ending) {
  const section = what.closest("main section[id]");
  const all = [...section.querySelectorAll(selector)];
  const which = all.length > 1 ? `-${all.indexOf(what) + 1}` : "";
  return `${section.id}${which}-${data.audience}.${ending}`;
}

function download(name, blob) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Put text where readers paste from, also in browsers that let no script do so by itself. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = make("textarea", { class: "unseen", "aria-hidden": "true" });
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
}

/** A row of small buttons that belong to a table or a chart. */
function takeRow(about, actions) {
  const buttons = Object.entries(actions).map(([key, act]) => {
    const button = make("button", { type: "button", class: "small" }, say(key));
    button.addEventListener("click", () => act(button));
    return button;
  });
  return make("div", { class: "take live-only", role: "group", "aria-label": about }, ...buttons);
}

/** What can be done with a table. */
function tableActions(table) {
  return {
    copy: async (button) => {
      await copy(tsv(gridOf(table)));
      button.textContent = say("copied");
      $("spoken").textContent = say("copied");
      setTimeout(() => (button.textContent = say("copy")), TOLD_MS);
    },
    csv: () => download(fileName(table, "table", "csv"), new Blob([csv(gridOf(table))], { type: "text/csv" })),
  };
}

const tableButtons = (table) => takeRow(textOf(table.caption), tableActions(table));

/** An SVG drawn on a canvas of twice its size. */
async function png(drawn, width, height) {
  const image = new Image(width, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawn)}`;
  await image.decode();
  const canvas = make("canvas", { width: 2 * width, height: 2 * height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** What can be done with a chart; it is drawn when asked for: [SVG, width, height]. */
function chartActions(box, draw) {
  const name = (ending) => fileName(box, ".chart, .figure, .bars", ending);
  return {
    png: async () => download(name("png"), await png(...draw())),
    svg: () => download(name("svg"), new Blob([draw()[0]], { type: "image/svg+xml" })),
  };
}

function startTaking() {
  for (const table of document.querySelectorAll("main table")) {
    const charted = table.classList.contains("bars") ? chartActions(table, () => barSheet(table)) : {};
    const actions = { ...tableActions(table), ...charted };
    if (!table.closest("#profile")) table.closest(".scroll").after(takeRow(textOf(table.caption), actions));
  }
  for (const figure of document.querySelectorAll(".figure[data-drawn]")) {
    const image = figure.querySelector("img");
    const draw = () => [data.drawn[figure.dataset.drawn], image.width, image.height];
    figure.append(takeRow(image.alt, chartActions(figure, draw)));
  }
  const sheets = { "people-chart": peopleSheet, "allocations-chart": allocationsSheet };
  for (const [id, sheet] of Object.entries(sheets)) {
    $(id).after(takeRow(textOf(titleOf($(id))), chartActions($(id), () => timeSheet(sheet()))));
  }
}
