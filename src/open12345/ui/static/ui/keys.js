// Keys: what is marked data-key="…" answers to its key; rows answer to J and K; the palette knows every way.

const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const shown = (node) => node.getClientRects().length > 0;
const openDialog = () => document.querySelector("dialog[open]");

function nameOf(event) {
  const plain = event.altKey && event.code.match(/^(?:Key|Digit)(.)$/)?.[1]; // Option changes the letter on a Mac
  return (event.ctrlKey || event.metaKey ? "mod+" : "") + (event.altKey ? "alt+" : "") + (plain || event.key).toLowerCase();
}

// One key, one thing: the first visible element that carries it.
function carrier(name) {
  const within = openDialog() ?? document;
  return [...within.querySelectorAll("[data-key]")].find((node) => node.dataset.key === name && shown(node) && !node.disabled);
}

function use(node) {
  if (node.matches("input, textarea, select")) {
    node.focus();
    node.select?.();
  } else {
    node.click();
  }
}

// The main form of the page: where one is typing, else the one marked data-main.
function mainForm(target) {
  return target.closest?.("form[data-main]") ?? document.querySelector("form[data-main]");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const name = nameOf(event);
  if (name === "mod+enter") {
    if (openDialog()) return;
    const form = mainForm(event.target);
    if (form) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-main-button]") ?? undefined);
    }
    return;
  }
  if (name === "escape") return leave(event);
  if (typing(event.target) && !name.startsWith("mod+") && !name.startsWith("alt+")) return;
  const node = carrier(name);
  if (node) {
    event.preventDefault();
    use(node);
    return;
  }
  if (openDialog()) return;
  if (name === "j" || name === "k") step(event, name === "j" ? 1 : -1);
  if (name === "x") mark(event);
});

// Esc: leave the field first, then what is open, then the page.
function leave(event) {
  if (openDialog()) return;
  if (typing(event.target)) {
    event.target.blur();
    return;
  }
  const back = document.querySelector("[data-back]");
  if (back && shown(back)) back.click();
}

// J and K walk through rows; a desk opens the row at once, a list only moves the focus.
function step(event, by) {
  const rows = [...document.querySelectorAll("[data-row]")].filter(shown);
  if (!rows.length) return;
  event.preventDefault();
  const here = rows.findIndex((row) => row.getAttribute("aria-current") === "true" || row.contains(document.activeElement));
  const next = rows[Math.min(rows.length - 1, Math.max(0, here < 0 ? 0 : here + by))];
  const link = next.matches("a") ? next : next.querySelector("a");
  link?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  if (next.closest("[data-opens-rows]") && here !== rows.indexOf(next)) link?.click();
}

// X marks the row for a batch.
function mark(event) {
  const row = document.querySelector("[data-row][aria-current=true]") ?? document.activeElement?.closest("[data-row]");
  const box = row?.querySelector("input[type=checkbox]");
  if (box) {
    event.preventDefault();
    box.click();
  }
}

// Dialogs open by a button and close by another, by Esc (the browser's own) or a click beside them.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog?.id === "help") tellKeys(dialog);
    if (dialog?.id === "palette") fillPalette(dialog);
    if (dialog && !dialog.open) dialog.showModal();
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
  if (event.target.matches?.("dialog[open]")) event.target.close();
});

const FACES = { "mod+": /Mac/.test(navigator.platform) ? "⌘" : "Ctrl ", "alt+": "Alt " };
const face = (name) => Object.entries(FACES).reduce((text, [from, to]) => text.replace(from, to), name).replace(/\b\w$/, (c) => c.toUpperCase());

function tellKeys(dialog) {
  const list = dialog.querySelector("[data-keys-list]");
  const english = document.documentElement.lang.startsWith("en");
  const fixed = [];
  if (document.querySelector("form[data-main]")) fixed.push(["Ctrl Enter", english ? "Submit the main form" : "提交当前表单"]);
  if (document.querySelector("[data-row]")) fixed.push(["J / K", english ? "Next / previous row" : "下一行 / 上一行"]);
  if (document.querySelector("[data-row] input[type=checkbox]")) fixed.push(["X", english ? "Mark the row" : "勾选这一行"]);
  fixed.push(["Esc", english ? "Back" : "返回"]);
  const marked = [...document.querySelectorAll("[data-key]")].filter((node) => shown(node) && node.dataset.keyLabel);
  const lines = [...marked.map((node) => [face(node.dataset.key), node.dataset.keyLabel]), ...fixed];
  list.replaceChildren(
    ...lines.flatMap(([key, label]) => {
      const dt = document.createElement("dt");
      const kbd = document.createElement("kbd");
      kbd.textContent = key;
      dt.append(kbd);
      const dd = document.createElement("dd");
      dd.textContent = label;
      return [dt, dd];
    }),
  );
}

// The palette: pages of the menu, what can be done on this page, and searching for what was typed.
let ways = [];
function fillPalette(dialog) {
  const nodes = document.querySelectorAll(".bar-menu a, .page-actions a, .page-actions button, [data-command]");
  ways = [...nodes].filter((node) => node.textContent.trim()).map((node) => ({ text: node.textContent.trim().replace(/\s+/g, " "), node, key: node.dataset.key }));
  const input = dialog.querySelector("input");
  input.value = "";
  drawPalette(dialog);
}

function drawPalette(dialog) {
  const input = dialog.querySelector("input");
  const wanted = input.value.trim().toLowerCase();
  const found = ways.filter((way) => way.text.toLowerCase().includes(wanted)).slice(0, 12);
  const search = document.querySelector(".bar-search");
  if (wanted && search) found.push({ text: `${input.dataset.searchWord}：${input.value.trim()}`, search });
  dialog.querySelector("ul").replaceChildren(
    ...found.map((way, index) => {
      const line = document.createElement("li");
      line.setAttribute("role", "option");
      line.id = `way-${index}`;
      line.setAttribute("aria-selected", String(index === 0));
      line.append(way.text);
      if (way.key) {
        const kbd = document.createElement("kbd");
        kbd.textContent = face(way.key);
        line.append(kbd);
      }
      line.addEventListener("click", () => go(dialog, way));
      return line;
    }),
  );
  input.setAttribute("aria-activedescendant", found.length ? "way-0" : "");
}

function go(dialog, way) {
  const typed = dialog.querySelector("input").value.trim();
  dialog.close();
  if (way.search) {
    way.search.elements.q.value = typed;
    way.search.requestSubmit();
  } else {
    use(way.node);
  }
}

const palette = document.getElementById("palette");
palette?.addEventListener("input", () => drawPalette(palette));
palette?.addEventListener("keydown", (event) => {
  const lines = [...palette.querySelectorAll("[role=option]")];
  const here = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by && lines.length) {
    event.preventDefault();
    const next = (here + by + lines.length) % lines.length;
    lines.forEach((line, index) => line.setAttribute("aria-selected", String(index === next)));
    lines[next].scrollIntoView({ block: "nearest" });
    palette.querySelector("input").setAttribute("aria-activedescendant", lines[next].id);
  }
  if (event.key === "Escape") {
    event.preventDefault(); // a search field would only be emptied
    palette.close();
  }
  if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    lines[Math.max(here, 0)]?.click();
  }
});
