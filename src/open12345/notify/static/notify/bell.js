// The bell asks every half minute while its page is looked at, and draws its panel when it is opened.
const EVERY = 30_000;
const bell = document.querySelector("[data-bell]");
const count = bell.querySelector(".bell-count");
let last = Date.now();

function ask() {
  if (document.hidden || Date.now() - last < EVERY - 1000) return;
  last = Date.now();
  window.htmx.trigger(count, "poll");
}
setInterval(ask, EVERY);
document.addEventListener("visibilitychange", ask);

// The same number again is not said again.
count.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.serverResponse.trim() === count.innerHTML.trim()) event.detail.shouldSwap = false;
});

bell.addEventListener("toggle", () => {
  if (bell.open) window.htmx.trigger(bell.querySelector("[hx-get][hx-trigger=open]"), "open");
  else if (bell.contains(document.activeElement)) bell.querySelector("summary").focus();
});
