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
  if (data.communities) {
    const largest = data.communities.reduce((best, one, i, all) => (one[4] > all[best][4] ? i : best), 0);
    change({ chosen: largest });
  } else change({ chosen: 0 });
  root.classList.add("ready");
}

if ("DecompressionStream" in window) start();
