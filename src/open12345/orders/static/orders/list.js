// The filters of the list: opened, the first of them has the focus.
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".list-filters-fold[open]")) event.target.querySelector("select")?.focus();
}, true);
