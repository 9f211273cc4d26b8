// A desk: a row opens beside the list without leaving it; the address keeps which one; the next one follows.

const bench = document.querySelector("[data-bench]");
const pane = document.getElementById("pane");
const rows = () => [...bench.querySelectorAll("[data-row]")];
const current = () => rows().find((row) => row.getAttribute("aria-current") === "true");
const free = (row) => !row.querySelector(".bench-holder"); // nobody else has it open
const wide = window.matchMedia("(min-width: 901px)");

function keep(number) {
  const place = new URL(location.href);
  if (number) place.searchParams.set("open", number);
  else place.searchParams.delete("open");
  history.replaceState(history.state, "", place);
}

// What was typed into the open form is not lost: leaving it asks once.
const unsaved = () => pane.querySelector("form[data-changed]");

let opening = "";
async function open(row) {
  const number = row.dataset.number;
  if (opening === number || (current() === row && pane.querySelector(".pane")?.dataset.number === number)) return;
  if (unsaved() && !window.confirm(document.documentElement.lang.startsWith("en") ? "Leave what you typed here?" : "已填的内容还没有提交，要离开吗？")) return;
  const link = row.querySelector("a.bench-open");
  rows().forEach((other) => other.toggleAttribute("aria-current", false));
  row.setAttribute("aria-current", "true");
  opening = number;
  const place = new URL(link.href);
  place.searchParams.set("pane", "1");
  await htmx.ajax("GET", place.pathname + place.search, { target: "#pane", swap: "innerHTML", source: pane });
  opening = "";
  bench.classList.add("is-open");
  keep(row.dataset.number);
  if (!wide.matches) window.scrollTo(0, 0);
}

function close() {
  bench.classList.remove("is-open");
  const row = current();
  row?.removeAttribute("aria-current");
  keep("");
  if (!wide.matches) pane.replaceChildren();
  row?.querySelector("a")?.focus();
}

bench?.addEventListener("click", (event) => {
  const link = event.target.closest("a.bench-open");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    open(link.closest("[data-row]"));
  }
  if (event.target.closest("[data-pane-back]")) close();
});
bench?.addEventListener("input", (event) => {
  event.target.closest("#pane form[data-guard]")?.setAttribute("data-changed", "");
});

// After an action the list goes on with the row behind this one (before it, where this was the last).
document.addEventListener("htmx:configRequest", (event) => {
  const number = pane?.querySelector(".pane")?.dataset.number;
  if (!number || event.detail.verb !== "post") return;
  const all = rows();
  const here = all.findIndex((row) => row.dataset.number === number);
  const next = all.slice(here + 1).find(free) ?? all.slice(0, Math.max(here, 0)).find(free);
  if (here >= 0 && next) event.detail.parameters.append("next", next.dataset.number);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target === pane && event.detail.xhr.status === 404) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});

// At a desk the first order that nobody else has open is open at once; on a phone the list comes first.
const first = bench && rows().find(free);
if (first && !current() && wide.matches) open(first);
current()?.scrollIntoView({ block: "nearest" });

// A batch: marks, all or some, and buttons that wait for them.
const batch = document.querySelector("[data-batch]");
if (batch) {
  const boxes = () => [...bench.querySelectorAll("[data-row] input[name=mark]")];
  const all = batch.querySelector("[data-mark-all]");
  const told = batch.querySelector("[data-marked-count]");
  const said = told.textContent;
  const why = batch.querySelector("[data-batch-why]");
  const buttons = [...batch.querySelectorAll("[data-needs-marks]")];
  const fits = (box, button) => !("fits" in box.dataset) || box.dataset.fits.split(" ").includes(button.dataset.needsMarks);
  const words = (text, values) => text.replace(/{(n|m|verb)}/g, (_, name) => values[name]);
  // Why a button is greyed, or what of the marked it can do; "" where it does all of them.
  function reason(button, marked) {
    const values = { n: marked.length, m: marked.filter((box) => fits(box, button)).length, verb: button.textContent.trim() };
    if (!values.n) return batch.dataset.none;
    if (!values.m) return words(batch.dataset.never, values);
    if (button.dataset.needsField && !batch.querySelector(`[name="${button.dataset.needsField}"]:checked`)) return button.dataset.asks;
    return values.m < values.n ? words(batch.dataset.some, values) : "";
  }
  const tell = () => {
    const marked = boxes().filter((box) => box.checked);
    told.textContent = marked.length ? `${told.dataset.markedCount} ${marked.length}` : said;
    all.checked = marked.length > 0 && marked.length === boxes().length;
    all.indeterminate = marked.length > 0 && !all.checked;
    const reasons = buttons.map((button) => {
      const found = reason(button, marked);
      button.disabled = !marked.some((box) => fits(box, button)) || found === button.dataset.asks;
      button.title = found;
      return found;
    });
    why.textContent = [...new Set(reasons.filter(Boolean))].join("；");
  };
  // What a batch cannot do is not sent to it, only named, so that it can say why.
  let left = [];
  batch.addEventListener("submit", (event) => {
    left = boxes().filter((box) => box.checked && !fits(box, event.submitter));
    left.forEach((box) => (box.checked = false));
  });
  batch.addEventListener("formdata", (event) => left.forEach((box) => event.formData.append("left", box.value)));
  all.addEventListener("change", () => {
    boxes().forEach((box) => (box.checked = all.checked));
    tell();
  });
  bench.addEventListener("change", (event) => event.target.closest("[data-batch], [name=mark]") && tell());
  tell();
}

// What was asked, sentence by sentence: how many are ticked as answered. Kept nowhere.
document.addEventListener("change", (event) => {
  const list = event.target.closest("[data-asked]");
  if (!list) return;
  const boxes = [...list.querySelectorAll("input")];
  list.querySelector("[data-asked-count]").textContent = `${boxes.filter((box) => box.checked).length}/${boxes.length}`;
});
