// Long lists one finds in by typing: a select becomes a field with a list, one of which several may be chosen becomes
// boxes with a filter, made when it is opened. The plain ones stay underneath, and are what is sent.

const LONG = 12; // options

function make(tag, said = {}, ...inside) {
  const one = document.createElement(tag);
  Object.entries(said).forEach(([name, value]) => one.setAttribute(name, value));
  one.append(...inside);
  return one;
}
const labelOf = (select) => document.getElementById(`${select.id}-label`) ?? select.labels[0];
const tell = (select) => select.dispatchEvent(new Event("change", { bubbles: true }));

function chooser(select) {
  select.dataset.chosen = "";
  const path = [];
  const ways = [...select.options].map((option) => {
    const depth = option.text.match(/^　*/)[0].length;
    const name = option.text.trim();
    path.splice(depth, path.length, name);
    const group = option.parentElement.label;
    const above = group ?? (option.value ? path.slice(1, -1).join(" / ") : "");
    return { value: option.value, name, above, all: `${above} ${name}`.toLowerCase() };
  });
  const label = labelOf(select);
  const list = make("ul", { id: `${select.id}-list`, hidden: "", role: "listbox", "aria-label": label?.textContent.trim() ?? "" });
  const input = make("input", { type: "text", class: "form-control", role: "combobox", autocomplete: "off", id: `${select.id}-find`, "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list", placeholder: ways[0].value ? "" : ways[0].name });
  ["data-key", "data-key-label"].forEach((name) => {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    select.removeAttribute(name);
  });
  if (label) label.htmlFor = input.id;
  const box = make("div", { class: "chooser" });
  select.before(box);
  box.append(input, list, select);
  select.tabIndex = -1;
  select.setAttribute("aria-hidden", "true");
  select.classList.add("chooser-plain");
  let shown = [];
  let here = 0;
  const face = () => (input.value = select.value ? ways.find((way) => way.value === select.value)?.name ?? "" : "");
  const hint = () => (input.title = ways.find((way) => way.value === select.value)?.above ?? "");
  function open(wanted) {
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
    const found = ways.filter((way) => way.value && words.every((word) => way.all.includes(word)));
    found.sort((a, b) => words.some((word) => b.name.includes(word)) - words.some((word) => a.name.includes(word)));
    shown = (words.length || ways[0].value ? [] : [ways[0]]).concat(found).slice(0, 60);
    here = Math.max(0, shown.findIndex((way) => !words.length && way.value === select.value));
    list.replaceChildren(
      ...shown.map((way, index) => {
        const line = make("li", { id: `${list.id}-${index}`, role: "option" }, way.name, " ", make("span", { class: "faint" }, way.above));
        line.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          pick(way);
        });
        return line;
      }),
    );
    list.hidden = !shown.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark(here);
  }
  function mark(index) {
    here = index;
    [...list.children].forEach((line, n) => line.setAttribute("aria-selected", String(n === here)));
    list.children[here]?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", list.children[here]?.id ?? "");
  }
  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    face();
  }
  function pick(way) {
    select.value = way.value;
    close();
    tell(select);
  }
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("click", () => list.hidden && open(""));
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      if (list.hidden) open("");
      else mark((here + by + shown.length) % shown.length);
    }
    if (list.hidden) return;
    if (event.key === "Enter" && !event.ctrlKey) {
      event.preventDefault();
      pick(shown[here]);
    }
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  select.addEventListener("change", () => {
    face();
    hint();
  });
  face();
  hint();
  if (select.getAttribute("aria-invalid") === "true") input.setAttribute("aria-invalid", "true");
}

// A list folded away under what is chosen: opened, it is boxes; typing leaves those that hold the words.
function several(more) {
  more.dataset.chosen = "";
  const english = document.documentElement.lang.startsWith("en");
  const select = more.querySelector("select");
  const summary = more.querySelector("summary");
  const none = [...select.selectedOptions].length ? "" : summary.textContent;
  const boxes = new Map(); // by option
  select.hidden = true;
  function show() {
    const titles = [...select.selectedOptions].map((option) => option.text);
    summary.textContent = titles.join("、") || none || (english ? "None chosen" : "没有选择");
    boxes.forEach((box, option) => (box.firstChild.checked = option.selected));
  }
  function line(option) {
    const tick = make("input", { type: "checkbox", class: "form-check-input" });
    tick.checked = option.selected;
    const box = make("label", { class: "option" }, tick, make("span", {}, option.text));
    tick.addEventListener("change", (event) => {
      event.stopPropagation();
      option.selected = tick.checked;
      tell(select);
    });
    boxes.set(option, box);
    return box;
  }
  function build() {
    const input = make("input", { type: "search", class: "form-control options-filter", autocomplete: "off", "aria-label": english ? "Filter" : "筛选", placeholder: english ? "Filter" : "输入名称筛选" });
    const group = (part) => make("div", {}, make("span", { class: "options-title" }, part.label), ...[...part.children].map(line));
    const parts = [...select.children].map((part) => (part.tagName === "OPTGROUP" ? group(part) : line(part)));
    select.before(input, make("div", { class: "options many", role: "group", "aria-label": labelOf(select)?.textContent.trim() ?? "" }, ...parts));
    input.addEventListener("input", (event) => {
      event.stopPropagation();
      const wanted = input.value.trim().toLowerCase();
      boxes.forEach((box) => (box.hidden = !box.textContent.toLowerCase().includes(wanted)));
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.isComposing) return;
      event.preventDefault();
      const left = [...boxes.values()].filter((box) => !box.hidden);
      if (left.length === 1) {
        left[0].firstChild.click();
        input.select();
      }
    });
    return input;
  }
  select.addEventListener("change", show);
  more.addEventListener("toggle", () => more.open && (more.querySelector("input") ?? build()).focus());
}

function enhance(root) {
  const lists = [...root.querySelectorAll("form.action-form select:not([multiple], [data-chosen])")];
  lists.filter((select) => select.options.length > LONG && select.id).forEach(chooser);
  root.querySelectorAll("form.action-form details.options-more:not([data-chosen])").forEach(several);
}
enhance(document);
document.addEventListener("htmx:load", (event) => enhance(event.target.parentElement ?? document));
