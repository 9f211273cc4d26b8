// The little that pages need besides htmx. No page stops working without it.

// A form is sent once: a second press while the first is under way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  // The page stays when a file is sent: its form is ready again after a moment.
  if (form.matches("[data-download]")) setTimeout(() => delete form.dataset.sent, 2000);
  leaving.delete(form);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (form.matches?.("form[data-guard]") && event.detail.successful) leaving.delete(form);
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// <form data-guard>: leaving with unsaved text asks once.
const leaving = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) leaving.add(form);
});
window.addEventListener("beforeunload", (event) => {
  if (leaving.size) event.preventDefault();
});

// <button data-confirm="…">: asks before it acts.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (button && !window.confirm(button.dataset.confirm)) event.preventDefault();
});

// <span data-copy="…">: a click or Enter copies the whole number.
async function copy(target) {
  await navigator.clipboard.writeText(target.dataset.copy);
  target.classList.add("copied");
  setTimeout(() => target.classList.remove("copied"), 1200);
}
document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-copy]");
  if (target) copy(target);
});

// Open menus and folds close on Esc and on a click elsewhere; Enter copies a focused number.
const folds = () => document.querySelectorAll("details.reader[open], details.list-fold[open]");
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.dataset?.copy) copy(event.target);
  if (event.key !== "Escape" || event.defaultPrevented) return;
  folds().forEach((fold) => {
    fold.removeAttribute("open");
    fold.querySelector("summary").focus();
  });
});
document.addEventListener("click", (event) => {
  folds().forEach((fold) => fold.contains(event.target) || fold.removeAttribute("open"));
});

// Toasts fade by themselves, unless somebody is just reaching for them.
document.querySelectorAll("[data-fades]").forEach((note) => {
  const fade = () => (note.matches(":hover, :focus-within") ? setTimeout(fade, 2000) : note.remove());
  setTimeout(fade, 10000);
});

// The first wrong field of a refused form gets the focus.
const firstWrong = (root) => root?.querySelector("[aria-invalid=true], .is-invalid")?.focus();
firstWrong(document);
document.addEventListener("htmx:afterSettle", (event) => firstWrong(event.target.parentElement));

// On a narrow screen menu and tabs are longer than their line: where one is stays in sight.
document.querySelectorAll(".bar-menu .active, .tabs .active").forEach((here) => {
  here.parentElement.scrollLeft = here.offsetLeft + here.offsetWidth - here.parentElement.offsetLeft - here.parentElement.clientWidth;
});
