// Before anything is drawn: light or dark, as the reader chose, else as their machine is set. Paper is white.
(() => {
  const root = document.documentElement;
  const [night, paper] = ["(prefers-color-scheme: dark)", "print"].map((one) => matchMedia(one));
  const wear = () => {
    const wanted = root.dataset.light;
    const dark = wanted === "dark" || (wanted !== "light" && night.matches);
    root.dataset.bsTheme = dark && !paper.matches ? "dark" : "light";
  };
  wear();
  night.onchange = paper.onchange = onafterprint = wear;
  onbeforeprint = () => (root.dataset.bsTheme = "light");
})();
