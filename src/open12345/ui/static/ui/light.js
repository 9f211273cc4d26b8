// Before anything is drawn: light or dark, as the reader chose, else as their machine is set. Paper is white.
(() => {
  const root = document.documentElement;
  const machine = window.matchMedia("(prefers-color-scheme: dark)");
  const paper = window.matchMedia("print");
  const wear = () => {
    const wanted = root.dataset.light;
    const dark = wanted === "dark" || (wanted !== "light" && machine.matches);
    root.dataset.bsTheme = dark && !paper.matches ? "dark" : "light";
  };
  wear();
  machine.addEventListener("change", wear);
  paper.addEventListener("change", wear);
  window.addEventListener("beforeprint", () => { root.dataset.bsTheme = "light"; });
  window.addEventListener("afterprint", wear);
})();
