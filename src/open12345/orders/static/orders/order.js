// Small comforts of order pages; nothing stops working without them.

// <form data-when>: parts marked data-shown-when="field=a|b" stand open only while that is chosen.
function fold(form) {
  form.querySelectorAll("[data-shown-when]").forEach((part) => {
    const [name, values] = part.dataset.shownWhen.split("=");
    const chosen = new FormData(form).getAll(name);
    const wrong = part.querySelector("[aria-invalid=true]");
    part.hidden = !wrong && !values.split("|").some((value) => chosen.includes(value));
  });
}
function foldAll(root) {
  root.querySelectorAll("form[data-when]").forEach(fold);
}
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-when]");
  if (form) fold(form);
});
document.addEventListener("htmx:load", (event) => foldAll(event.target.parentElement ?? document));
foldAll(document);

const choose = (select, wanted) => [...select.options].forEach((option) => (option.selected = wanted.includes(option.value)));
// data-takes="field=a|b field=c": one press fills a choice and its boxes, as if they had been chosen by hand.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-takes]");
  const form = button?.closest("form") ?? document.querySelector("form[data-main]");
  if (!button || !form) return;
  for (const part of button.dataset.takes.split(" ")) {
    const [name, values] = part.split("=");
    const wanted = values.split("|");
    for (const field of form.querySelectorAll(`[name="${name}"]`)) {
      if (field.type === "checkbox") field.checked = wanted.includes(field.value);
      else if (field.multiple) choose(field, wanted);
      else field.value = wanted[0];
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
});

// The page holds its order while somebody uses it, and lets it go when it is left or another one is opened.
let held = null;
const token = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["x-csrftoken"] ?? "";
function letter(claim) {
  const data = new FormData();
  data.append("csrfmiddlewaretoken", token());
  data.append("until", claim.claim);
  return data;
}
function letGo() {
  if (held) navigator.sendBeacon(held.release, letter(held));
  held = null;
}
function hold() {
  const found = document.querySelector("[data-hold]");
  if (held && found?.dataset.hold === held.hold) return;
  letGo();
  if (found) held = { ...found.dataset };
}
let used = Date.now();
["pointerdown", "keydown", "scroll"].forEach((name) => addEventListener(name, () => (used = Date.now()), { passive: true }));
setInterval(async () => {
  if (!held || document.hidden || Date.now() - used > 240000) return;
  const mine = held;
  const answer = await fetch(mine.hold, { method: "POST", body: letter(mine) });
  if (answer.ok && !answer.redirected) mine.claim = (await answer.text()) || mine.claim;
}, 60000);
addEventListener("pagehide", letGo);
document.addEventListener("htmx:load", hold);
hold();

// A form that is asked anew while somebody fills it in: what was filled in meanwhile is put back into the new one.
const filled = (form) => [...form.querySelectorAll("textarea[name], select[name], input[name]:not([type=hidden], [type=file])")];
const ticks = (field) => field.type === "checkbox" || field.type === "radio";
const nameOf = (field) => (ticks(field) ? `${field.name}=${field.value}` : field.name);
const chosen = (field) => [...field.selectedOptions].map((option) => option.value).join("|");
const stateOf = (field) => (ticks(field) ? field.checked : field.multiple ? chosen(field) : field.value);
const formOf = (event) => (event.detail.requestConfig?.elt ?? event.detail.elt).closest?.("form.action-form") ?? null;
const sent = new WeakMap(); // by request: two may be under way
let since = new Map();
let focus = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = formOf(event);
  if (form) sent.set(event.detail.xhr, new Map(filled(form).map((field) => [nameOf(field), stateOf(field)])));
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = document.querySelector("form.action-form");
  const then = sent.get(event.detail.xhr);
  since = new Map();
  focus = null;
  if (!form || !then) return;
  filled(form).forEach((field) => then.get(nameOf(field)) !== stateOf(field) && since.set(nameOf(field), stateOf(field)));
  const here = document.activeElement;
  if (form.contains(here) && here.name && !ticks(here)) focus = [here.name, here.selectionStart];
});
document.addEventListener("htmx:afterSwap", () => {
  const form = document.querySelector("form.action-form");
  if (!form || (!since.size && !focus)) return;
  filled(form).forEach((field) => {
    if (!since.has(nameOf(field))) return;
    if (ticks(field)) field.checked = since.get(nameOf(field));
    else if (field.multiple) choose(field, since.get(nameOf(field)).split("|"));
    else field.value = since.get(nameOf(field));
  });
  if (focus && !form.querySelector("[aria-invalid=true]")) {
    const field = form.elements.namedItem(focus[0]);
    field?.focus?.();
    if (focus[1] !== null) field?.setSelectionRange?.(focus[1], focus[1]);
  }
  since = new Map();
  focus = null;
});
