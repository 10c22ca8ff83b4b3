// What the map shows: the year by which conditions are met, how they stand on a date, or how two plans differ.

const VIEWS = ["year", "date", "difference"];
const INK_LINE = "#222222";

/** Signs by their face: colour, shape of a settlement, pattern of a district. */
const FACES = {
  met: { shape: "disc", fillColor: "#0B3754", color: "#FFFFFF", weight: 0.8 },
  even: { shape: "half", fillColor: "#FFFFFF", color: "#0B3754", weight: 1.2 },
  waiting: { shape: "cross", fillColor: "#E69F00", color: "#6B4A00", weight: 0.5 },
  unknown: { shape: "diamond", fillColor: "#BFBFBF", color: INK_LINE, weight: 0.9, pattern: "dots" },
  never: { shape: "cross", fillColor: "#FFFFFF", color: "#4A4A4A", weight: 0.9, pattern: "stripes" },
  sooner2: { shape: "up", color: "#FFFFFF", weight: 0.6 },
  sooner1: { shape: "up", color: INK_LINE, weight: 0.6 },
  same: { shape: "disc", color: "#4A4A4A", weight: 0.6 },
  later1: { shape: "down", color: INK_LINE, weight: 0.6, pattern: "bars" },
  later2: { shape: "down", color: "#FFFFFF", weight: 0.6, pattern: "bars" },
};
const DIFFERENCES = ["sooner2", "sooner1", "same", "later1", "later2"];

/** Colours of years, differences and shares: those of the key. */
function addFaces() {
  data.years.forEach(([, fillColor], i) => (FACES[`year${i}`] = { shape: "disc", fillColor, color: i ? "#4A4A4A" : "#FFFFFF", weight: 0.7 }));
  DIFFERENCES.forEach((face, i) => (FACES[face].fillColor = data.differences[i + 1]));
  data.shades.forEach((fillColor, i) => (FACES[`share${i}`] = { shape: "disc", fillColor, color: "#8A8A8A", weight: 1 }));
}

const yearOf = (day) => new Date(seconds(Math.max(day - 1, 0)) * 1000).getUTCFullYear();
const lastYear = () => data.years[data.years.length - 1][0];

/** Years between which conditions are met for half of a district; []: not within the run; null: not shown. */
const districtYears = (district, plan) => data.districts.years[plan][district];

/** The same of a settlement: the year of its median date. */
function settlementYears(settlement, plan) {
  const day = data.map.ready[plan][settlement];
  return day === -2 ? null : day < 0 ? [] : [yearOf(day), yearOf(day)];
}

/** Face and label of years. */
function yearSign(years) {
  if (!years) return { face: "unknown", label: "" };
  if (!years.length) return { face: "never", label: `> ${lastYear()}` };
  const [first, last] = years;
  const face = `year${data.years.findIndex(([end]) => last <= end)}`;
  return { face, label: first === last ? String(last) : `≤ ${last}` };
}

/** How many years later (or, below 0, earlier) than other years; null: not known. More: at least so many. */
function yearsLater(own, other) {
  if (!own || !other || (!own.length && !other.length)) return null;
  const beyond = [lastYear() + 1, lastYear() + 1];
  const [one, rival] = [own, other].map((years) => (years.length ? years : beyond));
  const [low, high] = [one[0] - rival[1], one[1] - rival[0]];
  if (low <= 0 && high >= 0 && low !== high) return null;
  const isOpen = low !== high || !own.length || !other.length;
  return { years: low > 0 ? low : high, isOpen };
}

/** Face and label of a difference between two plans. */
function differenceSign(own, other) {
  if (own && other && !own.length && !other.length) return { face: "never", label: `> ${lastYear()}` };
  const found = yearsLater(own, other);
  if (!found) return { face: "unknown", label: "" };
  const { years, isOpen } = found;
  const label = `${years < 0 ? "−" : years > 0 ? "+" : ""}${Math.abs(years)}${isOpen ? "…" : ""}`;
  const far = Math.abs(years) >= data.differences[0] ? 2 : 1;
  return { face: years ? `${years < 0 ? "sooner" : "later"}${far}` : "same", label };
}

/** Face and label of a district or settlement in the view of the page, under a plan. */
function signOf(unit, number, plan) {
  const years = unit === "districts" ? districtYears : settlementYears;
  if (state.view === "difference") return differenceSign(years(number, plan), years(number, state.rival));
  if (state.view === "year") return yearSign(years(number, plan));
  if (unit === "villages") return { face: stateOn(number, plan), label: "" };
  return { face: shade(number, plan), label: shareNow(number, plan) };
}

const isReached = (day) => day >= 0 && day <= today();

/** How a settlement stands at the date of the slider: with draws by their share, else by its day. */
function stateOn(settlement, plan = state.allocation) {
  const { ready, likely, even } = data.map;
  const day = ready[plan][settlement];
  if (day === -2) return "unknown";
  if (isReached(likely ? likely[plan][settlement] : day)) return "met";
  return even && isReached(even[plan][settlement]) ? "even" : "waiting";
}

/** Shade of a district's share at the date: nobody, then fifths; unknown also between two shades. */
function shade(district, plan) {
  const step = (share) => (share <= 0 ? 0 : Math.min(5, 1 + Math.floor(5 * share)));
  const ends = sharesBetween(district, plan)?.map(step);
  return ends && ends[0] === ends[1] ? `share${ends[0]}` : "unknown";
}

/** Between which shares the median of a district lies; null: not known, or before it is counted. */
function sharesBetween(district, plan = state.allocation) {
  return lastDay() < 0 ? null : between(middleOf(data.districts.shares[plan][district]), lastDay());
}

/** Number of the last day up to the slider's on which districts are counted; -1: none. */
const lastDay = () => data.districts.days.filter((day) => day <= today()).length - 1;

/** The median share of a district in percent, or between which shares it lies: short, for the map. */
function shareNow(district, plan) {
  const ends = sharesBetween(district, plan);
  if (ends === null) return "";
  const [low, high] = ends.map(percent);
  return low === high ? low : `${low.replace(data.formats.percent, "")}–${high}`;
}

function shareText(district, allocation = state.allocation) {
  return lastDay() < 0 ? say("not_shown") : told(data.districts.shares[allocation][district], lastDay(), percent);
}

/** Words beside the pointer on a district. */
function districtTip(district, plan) {
  const name = data.districts.names[district];
  if (state.view === "date") return say("tip_share", { name, share: shareText(district, plan) });
  return signTip(name, signOf("districts", district, plan), "tip_half", "tip_half_never");
}

/** Words for a year or a difference of years. */
function signTip(name, { face, label }, met, never) {
  if (face === "unknown") return say("tip_share", { name, share: say("not_shown") });
  if (face === "never") return say(never, { name });
  if (state.view === "year") return say(met, { name, year: label });
  return say("tip_difference", { name, difference: label, title: data.allocations[state.rival] });
}

/** Communities of a settlement, most people first. */
function communitiesAt(settlement) {
  const found = data.communities.map((one, i) => i).filter((i) => data.communities[i][5] === settlement);
  return found.sort((a, b) => data.communities[b][4] - data.communities[a][4]);
}

/** Words beside the pointer on a settlement. */
function tip(settlement, plan) {
  const community = communitiesAt(settlement)[0];
  const name = data.communities[community][1];
  if (data.map.ready[plan][settlement] === -2) return say("tip_unknown", { name });
  if (state.view !== "date") return signTip(name, signOf("villages", settlement, plan), "tip_year", "tip_year_never");
  const first = (data.map.even ?? data.map.ready)[plan][settlement];
  if (first < 0) return say("tip_never", { name });
  const median = data.profiles[plan].days[1][community];
  return say({ met: "tip_met", even: "tip_even", waiting: "tip_later" }[stateOn(settlement, plan)], { name, date: said(median) });
}

const hasDistricts = () => !data.map.ready || data.map.rings.length > 0;
const hasVillages = () => Boolean(data.map.ready);
const unitNow = () => (hasVillages() && (state.villages || !hasDistricts()) ? "villages" : "districts");

/** The buttons above the map, the other plan, and the part of the key that belongs to them. */
function startViews() {
  const buttons = VIEWS.map((view) => document.querySelector(`#views [value="${view}"]`));
  const [villages, beside, rival] = [$("villages"), $("beside"), $("rival")];
  const box = $("rival-box");
  villages.hidden = !(hasVillages() && hasDistricts());
  const isAlone = data.allocations.length < 2;
  beside.hidden = isAlone;
  buttons[2].hidden = isAlone;
  rival.value = state.rival;
  buttons.forEach((button) => button.addEventListener("click", () => {
    change({ view: button.value, ...(button.value === "difference" && { beside: false }) });
  }));
  villages.addEventListener("click", () => change({ villages: !state.villages }));
  beside.addEventListener("click", () => {
    change({ beside: !state.beside, ...(!state.beside && state.view === "difference" && { view: "year" }) });
  });
  rival.addEventListener("change", () => change({ rival: Number(rival.value) }));
  const show = (changed) => {
    if (changed.has("step") && state.view === "year") return change({ view: "date" });
    if (changed.size === 1 && changed.has("step")) return;
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.value === state.view)));
    villages.setAttribute("aria-pressed", String(unitNow() === "villages"));
    beside.setAttribute("aria-pressed", String(state.beside));
    [...rival.options].forEach((option, i) => (option.disabled = i === state.allocation));
    rival.value = state.rival;
    box.hidden = !state.beside && state.view !== "difference";
    $("beside-box").hidden = !state.beside;
    (state.beside ? $("beside-box") : $("map-box")).insertBefore(box, state.beside ? $("map-beside") : $("map"));
    box.closest(".first").classList.toggle("twice", state.beside);
    const wanted = `${state.view}-${unitNow()}`;
    for (const part of document.querySelectorAll("[data-of]")) part.hidden = !part.dataset.of.split(" ").includes(wanted);
    $("key-rival").textContent = say("against", { title: data.allocations[state.rival] });
  };
  follow(show);
  show(new Set(["view"]));
}
