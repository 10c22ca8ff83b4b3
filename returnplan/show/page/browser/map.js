// The map: Leaflet on one canvas, without tiles; kilometres on the page stand for coordinates.

const COLOUR = { met: "#0B3754", waiting: "#E69F00", unknown: "#BFBFBF", ink: "#222222" };
const OUTLINE = { color: "#8A8A8A", weight: 1, fillColor: "#F0F0EC", fillOpacity: 1 };
const ROAD_OPEN = { color: "#B0B0B0", weight: 1, opacity: 1, dashArray: null };
const ROAD_CLOSED = { color: "#4A4A4A", weight: 1.5, opacity: 1, dashArray: "2 3" };
const MOST_LABELS = 15;
const NARROW_PX = 520;
const SHARES = ["#FFFFFF", "#D3E5F3", "#9CC4E4", "#4F9ED0", "#1F6295", "#0B3754"];
const SMALLEST_PX = 2.6;
const LARGEST_PX = 11;
const STATES = {
  met: { shape: "disc", fillColor: COLOUR.met, color: "#FFFFFF", weight: 0.8 },
  even: { shape: "half", fillColor: "#FFFFFF", color: COLOUR.met, weight: 1.2 },
  waiting: { shape: "cross", fillColor: COLOUR.waiting, color: "#6B4A00", weight: 0.5 },
  unknown: { shape: "diamond", fillColor: COLOUR.unknown, color: COLOUR.ink, weight: 0.9 },
};
const SHAPES = {
  disc: [],
  half: [],
  square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
  diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
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

function startMap() {
  const box = $("map");
  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, {
    crs: FLAT, preferCanvas: true, renderer: L.canvas({ padding: 0.3, tolerance: 5 }),
    attributionControl: false, zoomControl: false, zoomSnap: 0, zoomDelta: 0.75, minZoom: -10,
    scrollWheelZoom: false, dragging: !matchMedia("(pointer: coarse)").matches,
    zoomAnimation: false, fadeAnimation: false, inertia: !reduced, maxBoundsViscosity: 0.8,
  });
  const whole = L.latLngBounds(at([0, 0]), at(data.map.size)).pad(0.06);
  const fit = () => {
    map.setMinZoom(-10);
    map.fitBounds(whole, { animate: false });
    map.setMinZoom(map.getZoom());
    map.setMaxZoom(map.getZoom() + 6);
  };
  map.setMaxBounds(whole.pad(0.3));
  fit();
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  const zoom = { zoomInText: "+", zoomInTitle: say("zoom_in"), zoomOutText: "−", zoomOutTitle: say("zoom_out") };
  L.control.zoom({ position: "topright", ...zoom }).addTo(map);
  if (!data.map.circles?.length) L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  addButton(map, say("whole_map"), "⤢", fit);
  addNorth(map);
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(box);

  const show = data.map.ready ? drawSettlements(map) : drawDistricts(map);
  follow(show);
  show(new Set(["allocation", "step"]));
  return map;
}

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

/** Names that always stand on the map; the empty ones, and more than a map can hold, do not. */
function label(map, named, className, above = 0) {
  for (const [name, point] of named.slice(0, MOST_LABELS)) {
    if (!name) continue;
    const options = { permanent: true, direction: above ? "top" : "center", offset: [0, above], className };
    L.tooltip(options).setLatLng(at(point)).setContent(make("bdi", {}, name)).addTo(map);
  }
}

/** Internal page: settlements, roads, hubs. */
function drawSettlements(map) {
  const ground = data.map;
  const still = { interactive: false };
  for (const ring of ground.rings) {
    L.polygon(pairs(ring).map(at), { ...OUTLINE, ...still }).addTo(map);
  }
  const place = ground.places.map(at);
  label(map, middles(ground.rings, ground.ring_names), "district-name");
  const roads = ground.roads.map(([one, other]) =>
    L.polyline([place[one], place[other]], { ...ROAD_OPEN, ...still }).addTo(map));
  for (const one of ground.others) {
    L.circleMarker(place[one], { radius: 1.4, stroke: false, fillColor: "#7A7A7A", fillOpacity: 1, ...still }).addTo(map);
  }
  const most = Math.max(...ground.people, 1);
  const whole = $("map").clientWidth < NARROW_PX ? 0.7 : 1;
  const scale = () => whole * (1 + (map.getZoom() - map.getMinZoom()) / 4);
  const radius = (people) => Math.max(SMALLEST_PX, LARGEST_PX * Math.sqrt(people / most)) * scale();
  map.on("zoomend", () => marks.forEach((mark, i) => mark.setRadius(radius(ground.people[i]))));
  // A canvas of their own: when they change, the roads need not be drawn again.
  map.createPane("marks").style.zIndex = 450;
  const above = { pane: "marks", renderer: L.canvas({ pane: "marks", padding: 0.3, tolerance: 5 }) };
  const group = L.featureGroup().addTo(map);
  const order = ground.people.map((people, i) => i).sort((a, b) => ground.people[b] - ground.people[a]);
  const marks = new Array(order.length);
  for (const i of order) {
    const options = { ...STATES.waiting, ...above, radius: radius(ground.people[i]), fillOpacity: 1 };
    marks[i] = new Mark(place[ground.settlements[i]], options).addTo(group);
    marks[i].number = i;
  }
  for (const [one, name] of ground.hubs) {
    const mark = new Mark(place[one], { ...above, shape: "square", radius: 4, color: "#FFFFFF", weight: 1, fillColor: COLOUR.ink, fillOpacity: 1 });
    hint(mark.addTo(map), () => say("hub", { name }));
  }
  if (order.length <= MOST_LABELS) {
    label(map, order.map((i) => [ground.names[i], ground.places[ground.settlements[i]]]), "place-name", -7);
    label(map, ground.hubs.map(([one, name]) => [name, ground.places[one]]), "place-name", -3);
  }
  const ring = L.circleMarker(place[0] ?? [0, 0], { ...above, radius: 14, color: COLOUR.ink, weight: 2, fill: false, ...still });
  hint(group, (mark) => tip(mark.number), { sticky: true });
  group.on("click", (event) => change({ chosen: communitiesAt(event.layer.number)[0] }));

  const shown = new Array(marks.length);
  const open = new Array(roads.length);
  return (changed) => {
    if (changed.has("allocation") || changed.has("step")) {
      const opens = ground.open[state.allocation];
      for (let i = 0; i < roads.length; i++) {
        const isOpen = isReached(opens[i]);
        if (isOpen !== open[i]) roads[i].setStyle((open[i] = isOpen) ? ROAD_OPEN : ROAD_CLOSED);
      }
      for (let i = 0; i < marks.length; i++) {
        const now = stateOn(i);
        if (now !== shown[i]) marks[i].setStyle(STATES[(shown[i] = now)]);
      }
      const { settlements, even, roads: passable } = counts();
      Object.assign($("map").dataset, { met: settlements, even, open: passable });
    }
    if (changed.has("chosen") && state.chosen !== null) {
      ring.setLatLng(place[ground.settlements[data.communities[state.chosen][5]]]).addTo(map);
    }
  };
}

const isReached = (day) => day >= 0 && day <= today();

/** How a settlement stands at the date of the slider: with draws by their share, else by its day. */
function stateOn(settlement) {
  const { ready, likely, even } = data.map;
  const day = ready[state.allocation][settlement];
  if (day === -2) return "unknown";
  if (isReached(likely ? likely[state.allocation][settlement] : day)) return "met";
  return even && isReached(even[state.allocation][settlement]) ? "even" : "waiting";
}

/** Communities of a settlement, most people first. */
function communitiesAt(settlement) {
  const found = data.communities.map((one, i) => i).filter((i) => data.communities[i][5] === settlement);
  return found.sort((a, b) => data.communities[b][4] - data.communities[a][4]);
}

function tip(settlement) {
  const community = communitiesAt(settlement)[0];
  const name = data.communities[community][1];
  const stands = stateOn(settlement);
  if (stands === "unknown") return say("tip_unknown", { name });
  const first = (data.map.even ?? data.map.ready)[state.allocation][settlement];
  if (first < 0) return say("tip_never", { name });
  const median = data.profiles[state.allocation].days[1][community];
  return say({ met: "tip_met", even: "tip_even", waiting: "tip_later" }[stands], { name, date: said(median) });
}

/** Public page: districts only, shaded by the share of people whose conditions are met. */
function drawDistricts(map) {
  const ground = data.map;
  const shapes = [];
  const add = (shape, district) => {
    shape.addTo(map);
    if (district < 0) return;
    shapes.push([shape, district]);
    hint(shape, () => `${data.districts.names[district]}: ${shareText(district)}`, { sticky: true });
    shape.on("click", () => change({ chosen: district }));
  };
  ground.rings.forEach((ring, i) => add(L.polygon(pairs(ring).map(at), { ...OUTLINE }), ground.ring_district[i]));
  ground.circles.forEach(([district, east, north]) =>
    add(L.circleMarker(at([east, north]), { ...OUTLINE, radius: 20 }), district));
  const named = [];
  const name = (district, point, above) => {
    const words = data.districts.names[district];
    if (!words) return;
    const share = make("b");
    named.push([share, district]);
    L.tooltip({ permanent: true, direction: above ? "top" : "center", offset: [0, above], className: "district-name" })
      .setLatLng(at(point)).setContent(make("span", {}, make("bdi", {}, words), make("br"), share)).addTo(map);
  };
  middles(ground.rings, ground.ring_district).forEach(([district, point]) => name(district, point, 0));
  ground.circles.forEach(([district, ...point]) => name(district, point, -18));
  return () => {
    for (const [shape, district] of shapes) {
      const [low, high] = (sharesBetween(district) ?? [null, null]).map(shade);
      const fillColor = low === high ? low : COLOUR.unknown;
      const chosen = district === state.chosen;
      shape.setStyle({ fillColor, color: chosen ? COLOUR.ink : OUTLINE.color, weight: chosen ? 2.5 : 1 });
    }
    for (const [share, district] of named) share.textContent = shareNow(district);
    $("map").dataset.shades = shapes.map(([shape]) => shape.options.fillColor).join(" ");
  };
}

/** Shade of a share: nobody, then fifths. */
function shade(share) {
  if (share === null) return COLOUR.unknown;
  return SHARES[share <= 0 ? 0 : Math.min(5, 1 + Math.floor(5 * share))];
}

/** Between which shares the median of a district lies; null: not known, or before it is counted. */
function sharesBetween(district) {
  return lastDay() < 0 ? null : between(middleOf(data.districts.shares[state.allocation][district]), lastDay());
}

/** Number of the last day up to the slider's on which districts are counted; -1: none. */
const lastDay = () => data.districts.days.filter((day) => day <= today()).length - 1;

/** The median share of a district in percent, or between which shares it lies: short, for the map. */
function shareNow(district) {
  const ends = sharesBetween(district);
  if (ends === null) return "";
  const [low, high] = ends.map(percent);
  return low === high ? low : `${low.replace(data.formats.percent, "")}–${high}`;
}

function shareText(district, allocation = state.allocation) {
  return lastDay() < 0 ? say("not_shown") : told(data.districts.shares[allocation][district], lastDay(), percent);
}
