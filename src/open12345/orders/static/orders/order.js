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

// The page holds its order while somebody uses it, and lets it go when it is left.
const claim = document.querySelector("[data-hold]");
if (claim) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const form = () => {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", token);
    data.append("until", claim.dataset.claim);
    return data;
  };
  let used = Date.now();
  ["pointerdown", "keydown", "scroll"].forEach((name) => addEventListener(name, () => (used = Date.now()), { passive: true }));
  setInterval(async () => {
    if (document.hidden || Date.now() - used > 240000) return;
    const answer = await fetch(claim.dataset.hold, { method: "POST", body: form() });
    if (answer.ok) claim.dataset.claim = (await answer.text()) || claim.dataset.claim;
  }, 60000);
  addEventListener("pagehide", () => navigator.sendBeacon(claim.dataset.release, form()));
}
