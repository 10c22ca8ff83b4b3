// Tables that can be filtered, folded parts, and the beginning of it all.

function startFilters() {
  for (const input of document.querySelectorAll("input[data-filter]")) {
    const rows = [...$(input.dataset.filter).tBodies[0].rows];
    const words = rows.map((row) => plain(row.textContent));
    input.addEventListener("input", () => {
      const wanted = plain(input.value.trim());
      rows.forEach((row, i) => (row.hidden = !words[i].includes(wanted)));
    });
  }
}

/** Cells know the heading of their column: on a phone it stands before them. */
function nameCells(table) {
  const headings = [...(table.tHead?.rows[0].cells ?? [])];
  for (const { cells } of table.tBodies[0].rows) {
    for (let i = 1; i < cells.length; i++) cells[i].dataset.label = headings[i].textContent;
  }
}

/** Where a table is wider than its place, its edges fade and words say that it scrolls. */
function startScrollers() {
  const hints = new WeakMap();
  const look = (box) => {
    const more = box.scrollWidth - box.clientWidth;
    const gone = Math.abs(box.scrollLeft);
    const sides = getComputedStyle(box).direction === "rtl" ? ["more", "begun"] : ["begun", "more"];
    box.classList.toggle(sides[0], more > 1 && gone > 1);
    box.classList.toggle(sides[1], more > 1 && gone < more - 1);
    hints.get(box).hidden = more <= 1;
  };
  const sizes = new ResizeObserver((all) => all.forEach(({ target }) => look(target)));
  for (const box of document.querySelectorAll(".scroll")) {
    hints.set(box, make("p", { class: "sideways live-only", hidden: "" }, say("sideways")));
    box.after(hints.get(box));
    box.addEventListener("scroll", () => look(box), { passive: true });
    sizes.observe(box);
  }
}

/** Parts are open without the script and on paper, and folded on the screen. */
function startFolds() {
  const folds = [...document.querySelectorAll("details.fold")];
  let open = [];
  folds.forEach((fold) => (fold.open = false));
  addEventListener("beforeprint", () => {
    open = folds.map((fold) => fold.open);
    folds.forEach((fold) => (fold.open = true));
  });
  addEventListener("afterprint", () => folds.forEach((fold, i) => (fold.open = open[i])));
}

async function start() {
  data = await unpack($("data").textContent);
  [state.allocation, state.step] = data.begin;
  state.rival = state.allocation === 0 ? Math.min(1, data.allocations.length - 1) : 0;
  root.classList.replace("still", "live");
  startControls();
  startFirstScreen();
  startTitles();
  addFaces();
  startViews();
  startMap($("map"), () => state.allocation);
  startBeside();
  startPeopleChart();
  startAllocationsChart();
  startDistricts();
  startCauses();
  startSearch();
  startFilters();
  startFolds();
  startTaking();
  document.querySelectorAll("table.cards").forEach(nameCells);
  startScrollers();
  if (data.communities) {
    numberWords();
    const largest = data.communities.reduce((best, one, i, all) => (one[4] > all[best][4] ? i : best), 0);
    change({ chosen: largest });
  } else change({ chosen: 0 });
  root.classList.add("ready");
}

if ("DecompressionStream" in window) start();
