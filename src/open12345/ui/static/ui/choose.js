// Long lists one finds in by typing: a select becomes a field with a list, boxes get a filter. The plain ones stay underneath.

const LONG = 12; // options

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
  const box = document.createElement("div");
  box.className = "chooser";
  const input = document.createElement("input");
  const list = document.createElement("ul");
  list.id = `${select.id}-list`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  Object.entries({ type: "text", class: "form-control", role: "combobox", autocomplete: "off", id: `${select.id}-find`, "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list", placeholder: ways[0].value ? "" : ways[0].name }).forEach(([name, value]) => input.setAttribute(name, value));
  ["data-key", "data-key-label"].forEach((name) => {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    select.removeAttribute(name);
  });
  const label = document.getElementById(`${select.id}-label`) ?? select.labels[0];
  if (label) label.htmlFor = input.id;
  list.setAttribute("aria-label", label?.textContent.trim() ?? "");
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
        const line = document.createElement("li");
        line.id = `${list.id}-${index}`;
        line.setAttribute("role", "option");
        const above = document.createElement("span");
        above.className = "faint";
        above.textContent = way.above;
        line.append(way.name, " ", above);
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
    select.dispatchEvent(new Event("change", { bubbles: true }));
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

// Boxes folded away under what is chosen: typing leaves those that hold the words.
function filter(more) {
  more.dataset.chosen = "";
  const english = document.documentElement.lang.startsWith("en");
  const input = document.createElement("input");
  Object.entries({ type: "search", class: "form-control options-filter", autocomplete: "off", "aria-label": english ? "Filter" : "筛选", placeholder: english ? "Filter" : "输入名称筛选" }).forEach(([name, value]) => input.setAttribute(name, value));
  more.querySelector("summary").after(input);
  const boxes = [...more.querySelectorAll("label.option")];
  const summary = more.querySelector("summary");
  const none = summary.textContent;
  input.addEventListener("input", (event) => {
    event.stopPropagation();
    const wanted = input.value.trim().toLowerCase();
    boxes.forEach((box) => (box.hidden = !box.textContent.toLowerCase().includes(wanted)));
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.isComposing) return;
    event.preventDefault();
    const left = boxes.filter((box) => !box.hidden);
    if (left.length === 1) {
      left[0].querySelector("input").click();
      input.select();
    }
  });
  more.addEventListener("change", () => {
    const chosen = boxes.filter((box) => box.querySelector("input").checked).map((box) => box.textContent.trim());
    summary.textContent = chosen.join("、") || (none.includes("、") ? "" : none);
  });
  more.addEventListener("toggle", () => more.open && input.focus());
}

function enhance(root) {
  const lists = [...root.querySelectorAll("form.action-form select:not([multiple], [data-chosen])")];
  lists.filter((select) => select.options.length > LONG && select.id).forEach(chooser);
  root.querySelectorAll("form.action-form details.options-more:not([data-chosen])").forEach(filter);
}
enhance(document);
document.addEventListener("htmx:load", (event) => enhance(event.target.parentElement ?? document));
