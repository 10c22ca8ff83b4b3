// Search for a community or, on the public page, a district.

const MOST_FOUND = 12;

/** What can be searched: number, words shown, words compared. */
function searchable() {
  if (!data.communities) {
    return data.districts.names.map((name, i) => ({ i, name, more: "", keys: [plain(name)], size: data.districts.people[i] ?? 0 }));
  }
  return data.communities.map(([id, name, names, district, people, , settlement], i) => ({
    i, name, more: say("found_more", { district, people: number(people) }),
    keys: [name, ...names, id, settlement].map(plain), size: people,
  }));
}

/** Best matches first: whole word, beginning, anywhere; then more people. */
function matches(all, typed) {
  const word = plain(typed.trim());
  if (!word) return [];
  const rank = (keys) => Math.min(...keys.map((key) => (key === word ? 0 : key.startsWith(word) ? 1 : key.includes(word) ? 2 : 9)));
  return all
    .map((one) => ({ one, rank: rank(one.keys) }))
    .filter(({ rank }) => rank < 9)
    .sort((a, b) => a.rank - b.rank || b.one.size - a.one.size)
    .map(({ one }) => one);
}

/** How many were found; of a place that the scenario leaves out, why there is none. */
function answer(count, typed) {
  if (count) return say("found_count", { number: number(count) });
  const word = plain(typed.trim());
  const left = data.not_covered.find((name) => plain(name).includes(word));
  return left ? `${say("not_covered", { name: left })} ${data.why_not_covered}` : say("found_none");
}

function startSearch() {
  const input = $("search");
  const list = $("found");
  const all = searchable();
  let shown = [];
  let active = -1;

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  };
  const point = (number) => {
    active = (number + shown.length) % shown.length;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    input.setAttribute("aria-activedescendant", `found-${active}`);
    list.children[active].scrollIntoView({ block: "nearest" });
  };
  const take = (one) => {
    input.value = one.name;
    close();
    change({ chosen: one.i });
    $("found-count").textContent = say("shown", { name: one.name });
  };
  const look = () => {
    const found = matches(all, input.value);
    shown = found.slice(0, MOST_FOUND);
    list.replaceChildren(...shown.map((one, i) => {
      const option = make("li", { role: "option", id: `found-${i}`, "aria-selected": "false" },
        make("b", {}, make("bdi", {}, one.name)), make("span", {}, one.more));
      option.addEventListener("pointerdown", (event) => event.preventDefault());
      option.addEventListener("click", () => take(one));
      return option;
    }));
    list.hidden = !shown.length;
    input.setAttribute("aria-expanded", String(!!shown.length));
    input.removeAttribute("aria-activedescendant");
    active = -1;
    $("found-count").textContent = input.value.trim() ? answer(found.length, input.value) : "";
  };
  input.addEventListener("input", look);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return close();
    if (event.key === "Enter" && shown.length && !list.hidden) {
      event.preventDefault();
      return take(shown[Math.max(active, 0)]);
    }
    if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    if (list.hidden) look();
    if (shown.length) point(event.key === "ArrowDown" ? active + 1 : active < 0 ? -1 : active - 1);
  });
  const show = (changed) => {
    if (state.chosen === null || !(changed.has("chosen") || changed.has("allocation") || (changed.has("step") && !data.communities))) return;
    $("profile").replaceChildren(...(data.communities ? communityProfile(state.chosen) : districtProfile(state.chosen)));
  };
  follow(show);
}
