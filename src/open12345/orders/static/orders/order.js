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
  if (answer.ok) mine.claim = (await answer.text()) || mine.claim;
}, 60000);
addEventListener("pagehide", letGo);
document.addEventListener("htmx:load", hold);
hold();
