// Charts: what ui/charts.py says, drawn by ECharts when it comes into view; drawn anew where the page turns dark.
let library = null;
const drawn = new Map();

// "--accent" is a colour of the page.
function dyed(part, style) {
  if (typeof part === "string") return part.startsWith("--") ? style.getPropertyValue(part).trim() : part;
  if (Array.isArray(part)) return part.map((one) => dyed(one, style));
  if (part === null || typeof part !== "object") return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, dyed(value, style)]));
}

function said(hit) {
  const all = [hit].flat().filter((one) => one.data?.said);
  return all.length ? [all[0].data.title ?? all[0].name, ...all.map((one) => one.data.said)].join("\n") : "";
}

// Squares of so many degrees on a map.
function square(size, _params, api) {
  const [x, y] = [api.value(0), api.value(1)];
  const [left, bottom] = api.coord([x, y]);
  const [right, top] = api.coord([x + size, y + size]);
  return { type: "rect", shape: { x: left, y: top, width: right - left, height: bottom - top }, style: { fill: api.visual("color"), opacity: 0.8 } };
}

function draw({ chart, box, option }) {
  const style = getComputedStyle(document.documentElement);
  const whole = dyed(option, style);
  whole.textStyle.fontFamily = style.getPropertyValue("--font");
  whole.tooltip.formatter = said;
  whole.series.filter((one) => one.cell).forEach((one) => (one.renderItem = square.bind(null, one.cell)));
  if (box.clientWidth < 480) narrow(whole);
  chart.setOption(whole, true);
}

// On a phone names give way to what they name.
function narrow(option) {
  [option.yAxis].flat().filter((axis) => axis?.axisLabel?.width).forEach((axis) => (axis.axisLabel.width = 84));
  if (option.grid) option.grid.right = Math.min(option.grid.right, 44);
}

async function open(box) {
  library ??= import(box.dataset.script);
  const areas = box.dataset.areas && fetch(box.dataset.areas).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(box.dataset.areas))));
  const [map] = await Promise.all([areas, library]);
  if (map) window.echarts.registerMap("areas", map);
  if (!document.contains(box)) return;
  const option = JSON.parse(document.getElementById(box.dataset.chart).textContent);
  const own = { box, option, chart: window.echarts.init(box) };
  drawn.set(box, own);
  draw(own);
  const go = (url, event) => url && (event?.ctrlKey || event?.metaKey ? window.open(url, "_blank") : location.assign(url));
  own.chart.on("click", (hit) => go(hit.data?.url, hit.event?.event));
  if (option.series[0]?.type === "line" && option.series.length === 1) {
    own.chart.getZr().on("click", (event) => {
      if (event.target || !own.chart.containPixel("grid", [event.offsetX, event.offsetY])) return;
      const place = own.chart.convertFromPixel({ seriesIndex: 0 }, [event.offsetX, event.offsetY])[0];
      go(option.series[0].data[place]?.url, event.event);
    });
  }
  new ResizeObserver(() => {
    own.chart.resize();
    draw(own);
  }).observe(box);
}

const seen = new IntersectionObserver((entries) => {
  entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
    seen.unobserve(target);
    open(target).catch((error) => {
      console.error(error);
      target.hidden = true; // the table says the same
      target.parentElement.querySelector("details")?.setAttribute("open", "");
    });
  });
}, { rootMargin: "300px" });

function watch(root) {
  drawn.forEach((own, box) => {
    if (document.contains(box)) return;
    own.chart.dispose();
    drawn.delete(box);
  });
  root.querySelectorAll("[data-chart]:not([data-watched])").forEach((box) => {
    box.dataset.watched = "";
    box.hidden = false;
    box.style.height = `${box.dataset.height}px`;
    seen.observe(box);
  });
}
document.addEventListener("htmx:load", (event) => watch(event.target.parentElement ?? document));
new MutationObserver(() => drawn.forEach(draw)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
watch(document);
