// Profile of the chosen community (or, on the public page, district).

const SIGN = ["●", "✕", "◇", "◐"];
const STATE_KEYS = ["met", "not_met", "unknown", "even"];
const CERTAIN_KEYS = ["likely", "even", "unlikely"];

const NEW_WORDS = -2;

const line = (words) => make("p", {}, words);

/** A table with a heading for each column; wide ones scroll on their own. */
function table(caption, headings, rows) {
  const head = make("tr", {}, ...headings.map((words) => make("th", { scope: "col" }, words)));
  const body = rows.map(([first, ...rest]) => make("tr", {}, make("th", { scope: "row" }, first), ...rest.map((cell) => make("td", {}, cell))));
  const made = make("table", { class: headings.length > 2 ? "cards" : null }, make("caption", {}, caption), make("thead", {}, head), make("tbody", {}, ...body));
  nameCells(made);
  return make("div", {}, make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption }, made), tableButtons(made));
}

/** A sign and words for how a gate, or a community, stands: 0 met, 1 not met, 2 unknown, 3 about even. */
function stateWords(number, words) {
  return make("span", { class: `state ${STATE_KEYS[number]}` }, make("span", { "aria-hidden": "true" }, SIGN[number]), words);
}

function communityProfile(i) {
  const [id, name, names, district, people] = data.communities[i];
  const profile = data.profiles[state.allocation];
  const [stands, status] = data.statuses[profile.status[i]];
  const [low, median, high] = profile.days.map((days) => days[i]);
  const dates = data.draws
    ? say("dates", { median: said(median), low: said(low), high: said(high) })
    : say("dates_expected", { date: said(median) });
  const probability = profile.probability[i];
  return [
    make("h3", {}, make("bdi", {}, name)),
    line(say("facts", { district, people: number(people), id })),
    names.length ? line(say("other_names", { names: names.join(", ") })) : "",
    make("p", { class: "under" }, say("under", { title: data.allocations[state.allocation] })),
    make("p", { class: "status" }, stateWords(stands, status)),
    line(dates),
    probability === null ? "" : line(say(CERTAIN_KEYS[profile.certainty[i]] ?? "probability", { share: percent(probability), date: date(data.days.at(-1)) })),
    dwellingsLine(profile.dwellings[i]),
    make("div", { class: "columns" }, gatesTable(profile, i), causesTable(profile, i)),
    ...chainOf(profile, i, median),
  ];
}

/** Dwellings complete by the horizon, of those that are planned; nothing where nobody knows. */
function dwellingsLine(dwellings) {
  if (dwellings === null) return "";
  const [done, planned] = dwellings.map(number);
  return line(`${say("dwellings", { date: date(data.days.at(-1)) })}: ${say("done_of", { done, planned })}`);
}

function gatesTable(profile, i) {
  const rows = data.gates.map((gate, k) => {
    const day = profile.gate_days[i][k];
    const share = profile.gate_shares[i][k];
    return [gate, stateWords(profile.states[i][k], say(STATE_KEYS[profile.states[i][k]])), day === null ? "" : said(day), share > 0 ? percent(share) : ""];
  });
  return table(say("gates"), [say("gate"), say("state"), say("from"), say("binds")], rows);
}

function causesTable(profile, i) {
  const flat = profile.causes[i];
  const rows = [];
  for (let k = 0; k < flat.length; k += 2) rows.push([data.cause_names[flat[k]], number(flat[k + 1])]);
  return table(say("causes"), [say("cause"), say("days")], rows);
}

/** Words that are new take the next number: told once, before any chain is shown. */
function numberWords() {
  let next = 0;
  for (const { chains } of data.profiles) chains.words = chains.words.map((words) => (words === NEW_WORDS ? next++ : words));
}

/** The chain of a typical draw, in dated sentences. */
function chainOf(profile, i, median) {
  const { chains } = profile;
  const draw = chains.draws[i];
  const steps = [];
  let at = chains.lengths.slice(0, i).reduce((sum, length) => sum + length, 0);
  for (let begin = 0, last = at + chains.lengths[i]; at < last; at++) {
    const end = begin + chains.days[at];
    steps.push(chainStep(begin, end, chains.causes[at], chains.words[at]));
    begin = end;
  }
  const intro = draw === null
    ? say("chain_expected")
    : say("chain_draw", { draw: number(draw), date: date(profile.chain_days[i]), median: said(median) });
  return [
    make("h4", {}, say("chain")),
    line(steps.length ? intro : say("chain_nothing")),
    make("ol", { class: "chain" }, ...steps),
  ];
}

function chainStep(begin, end, cause, sentence) {
  const words = sentence < 0 ? say("short_stretches") : data.sentences[sentence];
  const when = begin === end ? date(begin) : say("from_to", { begin: date(begin), end: date(end) });
  const length = end > begin ? days(end - begin) : "";
  return make("li", { class: cause < 0 && sentence >= 0 ? "event" : "stretch" },
    make("span", { class: "when" }, when), make("span", { class: "what" }, words), make("span", { class: "length" }, length));
}

/** People of a district by how each condition stands at the end of the run. */
function districtGates(i) {
  const shown = (people) => (people === null ? say("not_shown") : number(people));
  const rows = data.district_gates[state.allocation][i].map((people, k) => [data.gates[k], ...people.map(shown)]);
  const states = STATE_KEYS.slice(0, 3).map((key, k) => stateWords(k, say(key)));
  return table(say("gates_people"), [say("gate"), ...states], rows);
}

function districtCauses(i) {
  const rows = data.district_causes[state.allocation][i].map(([name, days]) => [name, number(days)]);
  return rows.length ? table(say("causes_people"), [say("cause"), say("person_days")], rows) : "";
}

function districtProfile(i) {
  const rows = data.allocations.map((title, a) => {
    const shares = data.districts.shares[a][i];
    const last = shares.map((values) => values.at(-1));
    return [make("bdi", {}, title), shareText(i, a), ranged(last, percent)];
  });
  const people = data.districts.people[i];
  return [
    make("h3", {}, make("bdi", {}, data.districts.names[i])),
    line(people === null ? say("people_not_shown") : say("people_waiting", { people: number(people) })),
    table(say("district_shares"), [say("allocation"), date(today()), date(data.days.at(-1))], rows),
    make("p", { class: "under" }, say("under", { title: data.allocations[state.allocation] })),
    make("div", { class: "columns" }, districtGates(i), districtCauses(i)),
  ];
}
