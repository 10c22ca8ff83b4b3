// The map: Leaflet on canvases, without tiles; kilometres on the page stand for coordinates.

const OUTLINE = { color: "#8A8A8A", weight: 1, fillColor: "#F0F0EC", fillOpacity: 1 };
const ROAD_OPEN = { color: "#B0B0B0", weight: 1, opacity: 1, dashArray: null };
const ROAD_CLOSED = { color: "#4A4A4A", weight: 1.5, opacity: 1, dashArray: "2 3" };
const MOST_LABELS = 15;
const NARROW_PX = 520;
const SMALLEST_PX = 2.6;
const LARGEST_PX = 11;
const CIRCLE_PX = [20, 11];
const PATTERN_PX = 6;
const BUTTONS_PX = 44;
const VILLAGES_ZOOM = 1;
const SHAPES = {
  disc: [],
  half: [],
  square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
  diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
  up: [[0, -1.25], [1.25, 0.95], [-1.25, 0.95]],
  down: [[0, 1.25], [1.25, -0.95], [-1.25, -0.95]],
  cross: [
    [0, -0.45], [0.75, -1.2], [1.2, -0.75], [0.45, 0], [1.2, 0.75], [0.75, 1.2],
    [0, 0.45], [-0.75, 1.2], [-1.2, 0.75], [-0.45, 0], [-1.2, -0.75], [-0.75, -1.2],
  ],
};

/** A point whose shape says its state; drawn by Leaflet's canvas like its own circles. */
const Mark = L.CircleMarker.extend({
  _updatePath() {
    const renderer = this._renderer;
    if (!renderer._drawing || this._empty()) return;
    const { x, y } = this._point;
    const corners = SHAPES[this.options.shape];
    const size = this._radius;
    const pen = renderer._ctx;
    pen.beginPath();
    if (!corners.length) pen.arc(x, y, size, 0, 2 * Math.PI);
    corners.forEach(([dx, dy], at) => pen[at ? "lineTo" : "moveTo"](x + size * dx, y + size * dy));
    if (corners.length) pen.closePath();
    renderer._fillStroke(pen, this);
    if (this.options.shape !== "half") return;
    pen.beginPath();
    pen.arc(x, y, size, Math.PI / 2, 1.5 * Math.PI);
    pen.fillStyle = this.options.color;
    pen.fill();
  },
});

const FLAT = L.extend({}, L.CRS.Simple, {
  distance: (one, other) => 1000 * Math.hypot(one.lat - other.lat, one.lng - other.lng),
});

const at = ([east, north]) => L.latLng(north, east);

function addButton(map, title, sign, act) {
  const control = L.control({ position: "topright" });
  control.onAdd = () => {
    const button = make("button", { type: "button", class: "map-button", title, "aria-label": title }, sign);
    button.addEventListener("click", act);
    L.DomEvent.disableClickPropagation(button);
    return button;
  };
  control.addTo(map);
}

function addNorth(map) {
  const control = L.control({ position: "topleft" });
  control.onAdd = () => make("div", { class: "north", "aria-hidden": "true" }, "▲", make("b", {}, say("north")));
  control.addTo(map);
}

const pairs = (flat) => flat.reduce((out, value, i) => (i % 2 ? out[out.length - 1].push(value) : out.push([value]), out), []);

/** Middle of the area of a ring, and the area. */
function middle(ring) {
  let [east, north, area] = [0, 0, 0];
  ring.forEach(([x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length];
    const part = x * nextY - nextX * y;
    east += (x + nextX) * part;
    north += (y + nextY) * part;
    area += 3 * part;
  });
  return { point: area ? [east / area, north / area] : ring[0], area: Math.abs(area) };
}

/** For each name the middle of its largest ring. */
function middles(rings, names) {
  const largest = new Map();
  rings.forEach((ring, i) => {
    const found = middle(pairs(ring));
    if (found.area > (largest.get(names[i])?.area ?? -1)) largest.set(names[i], found);
  });
  return [...largest].map(([name, { point }]) => [name, point]);
}

/** Words beside the pointer on a shape. Leaflet takes strings for markup: it is given an element. */
function hint(shape, words, options = {}) {
  shape.bindTooltip((one) => make("bdi", {}, words(one)), options);
}

/** Lines or dots on a ground, for what must differ in grey too. */
function patterned({ pattern, fillColor, color }) {
  const tile = make("canvas", { width: PATTERN_PX, height: PATTERN_PX });
  const pen = tile.getContext("2d");
  const side = PATTERN_PX;
  pen.fillStyle = pattern === "dots" ? "#FFFFFF" : fillColor;
  pen.fillRect(0, 0, side, side);
  pen.strokeStyle = pen.fillStyle = pattern === "bars" ? "#4A2500" : pattern === "dots" ? "#767676" : color;
  pen.lineWidth = pattern === "bars" ? 0.8 : 1;
  if (pattern === "dots") pen.fillRect(side / 2 - 1, side / 2 - 1, 1.6, 1.6);
  const lines = { stripes: [[-1, 1, 1, -1], [0, side, side, 0], [side - 1, side + 1, side + 1, side - 1]], bars: [[side / 2, 0, side / 2, side]] };
  for (const [x, y, toX, toY] of lines[pattern] ?? []) {
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(toX, toY);
    pen.stroke();
  }
  return pen.createPattern(tile, "repeat");
}

/** How a district of a face is filled. */
function fillOf(face) {
  const sign = FACES[face];
  if (!sign.pattern) return sign.fillColor;
  return (sign.tile ??= patterned(sign));
}

let whole;
const wholeZoom = (map) => map.getBoundsZoom(whole, false, L.point(BUTTONS_PX, 0));
const maps = [];

/** Draw a map into a box; which plan it shows, is asked whenever something changes. */
function startMap(box, planOf) {
  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, {
    crs: FLAT, preferCanvas: true, renderer: L.canvas({ padding: 0.3, tolerance: 5 }),
    attributionControl: false, zoomControl: false, zoomSnap: 0, zoomDelta: 0.75, minZoom: -10,
    scrollWheelZoom: false, dragging: !matchMedia("(pointer: coarse)").matches,
    zoomAnimation: false, fadeAnimation: false, inertia: !reduced, maxBoundsViscosity: 0.8,
  });
  whole = L.latLngBounds(at([0, 0]), at(data.map.size)).pad(data.map.ready || data.map.rings.length ? 0.06 : 0.4);
  map.setMaxBounds(whole.pad(0.3));
  fit(map);
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  const zoom = { zoomInText: "+", zoomInTitle: say("zoom_in"), zoomOutText: "−", zoomOutTitle: say("zoom_out") };
  L.control.zoom({ position: "topright", ...zoom }).addTo(map);
  if (!data.map.circles.length) L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  addButton(map, say("whole_map"), "⤢", () => maps.forEach(fit));
  addNorth(map);
  const plan = addPlan(map);
  new ResizeObserver(() => resized(map)).observe(box);
  goTogether(map);

  const districts = drawDistricts(map, planOf);
  const villages = hasVillages() ? drawSettlements(map, planOf) : null;
  const named = addLabels(map);
  const show = (changed) => {
    if (box.closest("[hidden]") || (changed.size === 1 && changed.has("measure"))) return;
    const unit = unitNow();
    districts(unit === "districts", changed);
    villages?.(unit === "villages", changed);
    if (!(changed.size === 1 && changed.has("step")) || (state.view === "date" && unit === "districts")) named(unit, planOf());
    plan.textContent = state.beside ? data.allocations[planOf()] : "";
    plan.hidden = !state.beside;
    const told = { view: state.view, unit, plan: planOf(), rival: state.rival };
    Object.assign(box.dataset, told);
    if (changed.has("step") && state.view !== "date") return;
    const count = unit === "districts" ? data.districts.names.length : data.map.people.length;
    const signs = Array.from({ length: count }, (_, i) => signOf(unit, i, planOf()));
    box.dataset.faces = signs.map(({ face }) => face).join(" ");
    box.dataset.labels = signs.map(({ label }) => label).join(";");
  };
  if (villages && hasDistricts()) map.on("zoomend", () => followZoom(map));
  follow(show);
  show(new Set(["allocation", "step", "view", "villages", "chosen"]));
  return map;
}

/** Villages appear on zooming in, and districts on zooming out. */
let wasNear = false;
function followZoom(map) {
  const isNear = map.getZoom() >= wholeZoom(map) + VILLAGES_ZOOM;
  if (isNear !== wasNear) change({ villages: (wasNear = isNear) });
}

let isMoving = false;

/** Show the whole map, beside its buttons. */
function fit(map) {
  isMoving = true;
  map.setMinZoom(-10);
  map.fitBounds(whole, { animate: false, paddingBottomRight: [BUTTONS_PX, 0] });
  map.setMinZoom(map.getZoom());
  map.setMaxZoom(map.getZoom() + 6);
  isMoving = false;
}

/** Two maps side by side show the same place. */
function goTogether(map) {
  maps.push(map);
  map.on("move", () => {
    if (isMoving || !state.beside) return;
    isMoving = true;
    maps.filter((one) => one !== map).forEach((one) => one.setView(map.getCenter(), map.getZoom(), { animate: false }));
    isMoving = false;
  });
}

/** A map whose box has another size shows the whole, if it did before. */
function resized(map) {
  if (!map.getContainer().clientWidth) return;
  const isWhole = map.getZoom() <= map.getMinZoom() + 1e-6;
  isMoving = true;
  map.invalidateSize({ animate: false });
  isMoving = false;
  if (isWhole) fit(map);
}

/** A second map appears when it is first asked for, and shows what the first does. */
function startBeside() {
  follow((changed) => {
    if (!changed.has("beside")) return;
    resized(maps[0]);
    if (!state.beside) return;
    if (maps.length < 2) startMap($("map-beside"), () => state.rival);
    resized(maps[1]);
    fit(maps[1]);
    maps[1].setView(maps[0].getCenter(), maps[0].getZoom(), { animate: false });
  });
}

/** Name of the plan in the corner of a map, for two maps side by side. */
function addPlan(map) {
  const words = make("div", { class: "map-plan", hidden: "" });
  const control = L.control({ position: "bottomright" });
  control.onAdd = () => words;
  control.addTo(map);
  return words;
}

/** Labels of districts, and of settlements where these are few; where two meet, the one of fewer people yields. */
function addLabels(map) {
  const labels = [];
  const add = (unit, number, words, point, { className = "district-name", above = 0, people = 0 } = {}) => {
    if (!words) return;
    const more = make("b");
    const content = make("span", {}, make("bdi", {}, words), make("br"), more);
    const options = { permanent: true, direction: above ? "top" : "center", offset: [0, above], className };
    const shown = L.tooltip(options).setLatLng(at(point)).setContent(content).addTo(map);
    labels.push({ unit, number, more, people, shown });
  };
  const { rings, circles, ring_district: owners, ring_names: ringNames } = data.map;
  const { names, people } = data.districts;
  middles(rings, owners.map((owner, i) => (owner < 0 ? ringNames?.[i] ?? "" : owner))).forEach(([owner, point]) => {
    if (typeof owner === "string") add("outline", -1, owner, point, { className: "district-name outside", people: -1 });
    else add("districts", owner, names[owner], point, { people: people[owner] ?? 0 });
  });
  circles.forEach(([owner, ...point]) => add("districts", owner, names[owner], point, { above: -18, people: people[owner] ?? 0 }));
  if (hasVillages()) addVillageLabels(add);
  labels.sort((one, other) => other.people - one.people);
  const settle = () => {
    const isHere = ({ unit }) => unitNow() === "villages" || !["villages", "hub"].includes(unit);
    labels.forEach((one) => one.shown.getElement().classList.add("yields"));
    withoutOverlaps(map, labels.filter(isHere).map(({ shown }) => shown.getElement()));
  };
  map.on("zoomend resize", settle);
  let laid = "";
  return (unit, plan) => {
    for (const { unit: own, number, more } of labels) {
      more.textContent = own === unit && number >= 0 ? signOf(unit, number, plan).label : "";
    }
    // Labels of the same lengths lie as before: laying them out anew takes time at each step of the slider.
    const lengths = [unit, ...labels.map(({ more }) => more.textContent.length)].join();
    if (lengths === laid) return;
    laid = lengths;
    labels.forEach(({ shown }) => shown.setLatLng(shown.getLatLng()));
    settle();
  };
}

function addVillageLabels(add) {
  const { names, places, settlements, people, hubs } = data.map;
  if (settlements.length > MOST_LABELS) return;
  settlements.forEach((place, i) => add("villages", i, names[i], places[place], { className: "place-name", above: -7, people: people[i] }));
  hubs.forEach(([place, name]) => add("hub", -1, name, places[place], { className: "place-name", above: -3 }));
}

/** Shorten to its number a label that would lie on one before it or beyond the map, or hide it. */
function withoutOverlaps(map, elements) {
  elements.forEach((element) => element.classList.remove("short"));
  const boxes = elements.map((element) => [element.firstChild, element.querySelector("b")].map((one) => one.getBoundingClientRect()));
  const edge = map.getContainer().getBoundingClientRect();
  const taken = [...map.getContainer().querySelectorAll(".leaflet-control")].filter((one) => !one.hidden).map((one) => one.getBoundingClientRect());
  const meets = (one, other) =>
    one.left < other.right && one.right > other.left && one.top < other.bottom && one.bottom > other.top;
  const fits = (box) =>
    box.left >= edge.left && box.right <= edge.right && box.top >= edge.top && box.bottom <= edge.bottom && !taken.some((other) => meets(box, other));
  elements.forEach((element, i) => {
    const [full, short] = boxes[i];
    const rise = element.classList.contains("leaflet-tooltip-top") ? 0 : (full.bottom - short.bottom - short.top + full.top) / 2;
    const middle = { left: short.left, right: short.right, top: short.top + rise, bottom: short.bottom + rise };
    const isFull = fits(full);
    const isShort = !isFull && short.width > 0 && fits(middle);
    element.classList.toggle("yields", !isFull && !isShort);
    element.classList.toggle("short", isShort);
    if (isFull || isShort) taken.push(isFull ? full : middle);
  });
}

/** Districts: outlines and, for those without one, circles; filled where districts are shown. */
function drawDistricts(map, planOf) {
  const ground = data.map;
  const shapes = [];
  const add = (shape, district, name) => {
    shape.addTo(map);
    if (district < 0) {
      if (data.not_covered.includes(name)) hint(shape, () => say("not_covered", { name }), { sticky: true });
      return;
    }
    shapes.push([shape, district]);
    hint(shape, () => districtTip(district, planOf()), { sticky: true });
    shape.on("click", () => (hasVillages() ? lookInto(map, shape) : change({ chosen: district })));
  };
  ground.rings.forEach((ring, i) =>
    add(L.polygon(pairs(ring).map(at), { ...OUTLINE }), ground.ring_district[i], ground.ring_names?.[i]));
  ground.circles.forEach(([district, east, north]) =>
    add(L.circleMarker(at([east, north]), { ...OUTLINE, radius: CIRCLE_PX[Number(ground.rings.length > 0)] }), district));
  let last = [];
  return (isShown, changed) => {
    if (changed.size === 1 && changed.has("step") && (!isShown || state.view !== "date")) return;
    const now = shapes.map(([, district]) => {
      const isChosen = !hasVillages() && district === state.chosen;
      return `${isShown ? signOf("districts", district, planOf()).face : ""} ${isChosen}`;
    });
    shapes.forEach(([shape], i) => {
      if (now[i] === last[i]) return;
      const [face, chosen] = now[i].split(" ");
      const isChosen = chosen === "true";
      const line = { color: isChosen ? "#222222" : OUTLINE.color, weight: isChosen ? 2.5 : 1 };
      shape.setStyle({ ...line, fillColor: face ? fillOf(face) : OUTLINE.fillColor });
    });
    last = now;
  };
}

/** Go near a district, so that its villages are seen. */
function lookInto(map, shape) {
  const box = shape.getBounds?.() ?? L.latLngBounds([shape.getLatLng()]).pad(1);
  map.setView(box.getCenter(), Math.max(map.getBoundsZoom(box), wholeZoom(map) + VILLAGES_ZOOM), { animate: false });
}

/** Internal page: settlements, roads, hubs. */
function drawSettlements(map, planOf) {
  const ground = data.map;
  const still = { interactive: false };
  const place = ground.places.map(at);
  // Canvases of their own: when marks change, the roads need not be drawn again; where districts are shown, none is.
  const panes = [["roads", 420], ["marks", 450]].map(([name, height]) => {
    const pane = map.createPane(name);
    pane.style.zIndex = height;
    return pane;
  });
  const below = { pane: "roads", renderer: L.canvas({ pane: "roads", padding: 0.3 }) };
  const above = { pane: "marks", renderer: L.canvas({ pane: "marks", padding: 0.3, tolerance: 5 }) };
  const roads = ground.roads.map(([one, other]) =>
    L.polyline([place[one], place[other]], { ...ROAD_OPEN, ...still, ...below }).addTo(map));
  for (const one of ground.others) {
    L.circleMarker(place[one], { radius: 1.4, stroke: false, fillColor: "#7A7A7A", fillOpacity: 1, ...still, ...below }).addTo(map);
  }
  const most = Math.max(...ground.people, 1);
  const narrow = map.getContainer().clientWidth < NARROW_PX ? 0.7 : 1;
  const scale = () => narrow * (1 + (map.getZoom() - wholeZoom(map)) / 4);
  const radius = (people) => Math.max(SMALLEST_PX, LARGEST_PX * Math.sqrt(people / most)) * scale();
  map.on("zoomend", () => marks.forEach((mark, i) => mark.setRadius(radius(ground.people[i]))));
  const group = L.featureGroup().addTo(map);
  const order = ground.people.map((people, i) => i).sort((a, b) => ground.people[b] - ground.people[a]);
  const marks = new Array(order.length);
  for (const i of order) {
    const options = { ...FACES.waiting, ...above, radius: radius(ground.people[i]), fillOpacity: 1 };
    marks[i] = new Mark(place[ground.settlements[i]], options).addTo(group);
    marks[i].number = i;
  }
  for (const [one, name] of ground.hubs) {
    const mark = new Mark(place[one], { ...above, shape: "square", radius: 4, color: "#FFFFFF", weight: 1, fillColor: "#222222", fillOpacity: 1 });
    hint(mark.addTo(map), () => say("hub", { name }));
  }
  const ring = L.circleMarker(place[0] ?? [0, 0], { ...above, radius: 14, color: "#222222", weight: 2, fill: false, ...still });
  hint(group, (mark) => tip(mark.number, planOf()), { sticky: true });
  group.on("click", (event) => change({ chosen: communitiesAt(event.layer.number)[0] }));

  const shown = new Array(marks.length);
  const open = new Array(roads.length);
  return (isShown, changed) => {
    panes.forEach((pane) => (pane.style.display = isShown ? "" : "none"));
    const { settlements, even, roads: passable } = counts(planOf());
    Object.assign(map.getContainer().dataset, { met: settlements, even, open: passable });
    if (changed.has("chosen") && state.chosen !== null) {
      ring.setLatLng(place[ground.settlements[data.communities[state.chosen][5]]]).addTo(map);
    }
    if (!isShown) return;
    const opens = ground.open[planOf()];
    for (let i = 0; i < roads.length; i++) {
      const isOpen = isReached(opens[i]);
      if (isOpen !== open[i]) roads[i].setStyle((open[i] = isOpen) ? ROAD_OPEN : ROAD_CLOSED);
    }
    if (changed.size === 1 && changed.has("step") && state.view !== "date") return;
    for (let i = 0; i < marks.length; i++) {
      const { face } = signOf("villages", i, planOf());
      if (face !== shown[i]) marks[i].setStyle(FACES[(shown[i] = face)]);
    }
  };
}
