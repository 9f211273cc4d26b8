// Before anything is drawn: light or dark, as the reader chose, else as their machine is set.
(() => {
  const root = document.documentElement;
  const machine = window.matchMedia("(prefers-color-scheme: dark)");
  const wear = () => {
    const wanted = root.dataset.light;
    root.dataset.bsTheme = wanted === "dark" || (wanted !== "light" && machine.matches) ? "dark" : "light";
  };
  wear();
  machine.addEventListener("change", wear);
  // Paper is white
  window.addEventListener("beforeprint", () => { root.dataset.bsTheme = "light"; });
  window.addEventListener("afterprint", wear);
})();
