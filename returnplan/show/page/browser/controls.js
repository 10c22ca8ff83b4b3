// Slider, allocation switch, play button, and the line that says what they show.

const PLAY_MS = 160;
const SPOKEN_MS = 500;

function startControls() {
  const slider = $("step");
  const button = $("play");
  const choice = $("allocation");
  slider.max = data.days.length - 1;
  slider.value = state.step;
  choice.value = state.allocation;
  let timer = null;

  const stop = () => {
    clearInterval(timer);
    timer = null;
    button.textContent = say("play");
  };
  const play = () => {
    if (state.step === data.days.length - 1) change({ step: 0 });
    button.textContent = say("pause");
    timer = setInterval(() => {
      change({ step: state.step + 1 });
      if (state.step === data.days.length - 1) stop();
    }, PLAY_MS);
  };
  slider.addEventListener("input", () => {
    if (timer) stop();
    change({ step: Number(slider.value) });
  });
  button.addEventListener("click", () => (timer ? stop() : play()));
  choice.addEventListener("change", () => choosePlan(Number(choice.value)));

  let spoken = null;
  const show = () => {
    const day = date(today());
    slider.value = state.step;
    slider.setAttribute("aria-valuetext", day);
    $("date").textContent = day;
    $("readout").textContent = readout();
    showNumbers();
    clearTimeout(spoken);
    spoken = setTimeout(() => ($("spoken").textContent = $("readout").textContent), SPOKEN_MS);
  };
  follow(show);
  show();
}

/** How much stands above map and chart, which fill the rest of the first screen. */
function startFirstScreen() {
  const first = document.querySelector(".first");
  const look = () => root.style.setProperty("--above", `${Math.ceil(first.getBoundingClientRect().top + scrollY)}px`);
  const sizes = new ResizeObserver(look);
  for (const one of [document.querySelector("header"), $("numbers"), first.previousElementSibling]) sizes.observe(one);
  look();
}

/** A plan that was the other one changes places with the one before. */
function choosePlan(allocation) {
  change({ allocation, rival: allocation === state.rival ? state.allocation : state.rival });
}

/** The big numbers are those of the chosen allocation. */
function showNumbers() {
  [...$("numbers").children].forEach((box, i) => {
    const [value, range] = data.numbers[state.allocation][i];
    box.querySelector(".value").textContent = value;
    box.querySelector(".range").textContent = range;
  });
}

function readout() {
  const [met] = data.people[state.allocation];
  const values = { date: date(today()), all: number(data.all_people) };
  const isKnown = between(middleOf(met), state.step) !== null;
  const first = isKnown ? say("readout", { people: told(met, state.step, number), ...values }) : say("readout_withheld", values);
  return data.map.ready ? `${first} ${say("readout_map", counts())}` : first;
}

/** Settlements that are met or about even, and roads that are open, at the date of the slider. */
function counts(plan = state.allocation) {
  const stand = data.map.people.map((_, i) => stateOn(i, plan));
  const among = (name) => number(stand.filter((one) => one === name).length);
  const open = data.map.open[plan];
  return {
    settlements: among("met"),
    even: among("even"),
    all_settlements: number(stand.length),
    roads: number(open.filter(isReached).length),
    all_roads: number(open.length),
  };
}
