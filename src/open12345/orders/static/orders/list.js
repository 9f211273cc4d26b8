// Folds of the list: one open at a time, closed by Esc and by a click elsewhere; a file may be asked for again.

const folds = () => [...document.querySelectorAll(".list-fold[open]")];

document.addEventListener("click", (event) => {
  folds().forEach((fold) => fold.contains(event.target) || fold.removeAttribute("open"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  folds().forEach((fold) => {
    fold.removeAttribute("open");
    fold.querySelector("summary").focus();
  });
});

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".list-filters-fold[open]")) event.target.querySelector("select")?.focus();
}, true);
