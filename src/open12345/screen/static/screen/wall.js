// The big screen: asks for the picture every few seconds, draws what changed, keeps the last one while nothing comes.

const { dataset } = document.body;
const said = document.getElementById("said").dataset;
const POLL = 2500, SLOW = 15000, LONGEST = 30000; // milliseconds
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const one = (selector, within = document) => within.querySelector(selector);
const fill = (text, put) => text.replace(/\{(\w+)\}/g, (_, name) => put[name]);
// The clock of the centre, wherever the display stands
const clock = (date) => date.toLocaleTimeString("en-GB", { timeZone: dataset.zone, hourCycle: "h23" });
const whole = new Intl.NumberFormat(document.documentElement.lang);
const size = (rem) => rem * parseFloat(getComputedStyle(document.documentElement).fontSize);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function make(kind, look, ...inside) {
  const node = document.createElement(kind);
  if (look) node.className = look;
  node.append(...inside.filter((part) => part !== undefined && part !== ""));
  return node;
}
function bar(parts, most) {
  const box = make("i", "bar");
  for (const [look, value] of parts) {
    if (!value) continue;
    const part = make("i", look);
    part.style.width = `${(100 * value) / (most || 1)}%`;
    box.append(part);
  }
  return box;
}
function rows(body, found, row, empty, all) {
  const list = found.length ? make("ul", "rows", ...found.map(row)) : make("p", "empty", empty);
  body.replaceChildren(list);
  while (!all && list.lastChild?.offsetTop + list.lastChild?.offsetHeight > body.clientHeight) list.lastChild.remove(); // no half rows
}

// Charts

let charts = null;
const drawn = new Map();
function chart(box) {
  if (!drawn.has(box)) {
    const made = window.echarts.init(box, null, { renderer: "canvas" });
    drawn.set(box, made);
    new ResizeObserver(() => { made.resize(); redraw(box); }).observe(box);
  }
  return drawn.get(box);
}
const redraw = (box) => last && draws[box.closest("[data-module]").dataset.module](box, last);

function flow(box, { flow: told }) {
  if (!charts) return;
  const hour = Number.parseInt(clock(new Date()), 10);
  const past = (values) => values.map((value, at) => (at > hour ? null : value));
  const scale = box.closest(".solo") ? 1.8 : 1;
  const small = { color: colour("muted"), fontSize: size(1.3 * scale) };
  const series = (name, data, more) => ({ name: said[name], data, type: "line", symbol: "none", ...more });
  const any = [told.accepted, told.closed, told.yesterday].some((values) => values.some(Boolean));
  chart(box).setOption({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { top: size(3.4 * scale), left: size(0.4), right: size(1), bottom: 0, containLabel: true },
    graphic: { id: "none", type: "text", left: "center", top: "middle", silent: true, style: { text: any ? "" : said.none, fill: colour("muted"), fontSize: size(1.5 * scale) } },
    legend: { top: 0, right: 0, itemHeight: size(0.8), itemWidth: size(1.6), textStyle: small },
    xAxis: { type: "category", data: told.accepted.map((_, at) => at), axisLabel: small, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("line") } } },
    yAxis: { type: "value", minInterval: 1, axisLabel: small, splitLine: { lineStyle: { color: colour("line") } } },
    series: [
      series("accepted", past(told.accepted), { type: "bar", itemStyle: { color: colour("accent") }, barCategoryGap: "35%" }),
      series("closed", past(told.closed), { lineStyle: { color: colour("ink"), width: 2 }, itemStyle: { color: colour("ink") } }),
      series("yesterday", told.yesterday, { lineStyle: { color: colour("muted"), width: 1.5, type: "dashed" }, itemStyle: { color: colour("muted") } }),
    ],
  });
}

async function outlines() {
  const answer = await fetch(dataset.outlines);
  if (!answer.ok) return;
  const found = await answer.json();
  for (const { properties } of found.features) Object.assign(properties, { label: properties.name, name: properties.code });
  window.echarts.registerMap("areas", found);
  indicative = found.features.some(({ properties }) => properties.indicative) ? said.indicative : "";
  names = new Map(found.features.map(({ properties }) => [properties.code, properties.label.replace(/(社区)?[居村]民?委员?会$|(街道|镇)$|（[^）]*）$/g, "")]));
}
let names = null, indicative = "";
function map(box, { map: told }) {
  if (!names) return;
  const data = [...names.keys()].map((name) => ({ name, value: told.areas[name]?.[0] ?? 0 }));
  const most = Math.max(4, ...data.map(({ value }) => value));
  const [tight, scale] = [names.size > 60, box.closest(".solo") ? 1.4 : 1];
  const label = ({ name }) => `${names.get(name)}${told.areas[name]?.[0] ? `\n{n|${told.areas[name][0]}}` : ""}`;
  const drawing = chart(box);
  drawing.setOption({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    visualMap: { show: false, min: 0, max: most, inRange: { color: [colour("low"), colour("high")] } },
    series: [{
      type: "map", map: "areas", data, top: size(1), bottom: size(1), left: size(1), right: size(1),
      itemStyle: { borderColor: colour("ground"), borderWidth: 1.5 },
      label: { show: !tight, formatter: label, color: colour("ink"), fontSize: size(1.25 * scale), rich: { n: { fontSize: size(1.8 * scale), fontWeight: 600, color: "#fff", padding: [2, 0, 0, 0] } } },
      labelLayout: { hideOverlap: true },
      emphasis: { label: { show: true, color: "#fff" }, itemStyle: { areaColor: colour("accent") } },
      select: { label: { show: true, color: "#fff" }, itemStyle: { areaColor: colour("accent") } }, selectedMode: "single",
    }],
  });
  drawing.off("click");
  drawing.on("click", ({ name }) => beside(name));
  const elsewhere = told.elsewhere[0] ? fill(said.elsewhere, { n: told.elsewhere[0] }) : "";
  one("[data-elsewhere]").textContent = [elsewhere, indicative].filter(Boolean).join(" · ");
}

// The open orders of an area that was clicked, for half a minute
let closing = 0;
async function beside(code) {
  const answer = await fetch(dataset.area.replace("CODE", code)).catch(() => null);
  if (!answer?.ok) return;
  const { name, orders } = await answer.json();
  const side = one("[data-side]");
  const head = `${name} · ${fill(said.open, { n: last?.map.areas[code]?.[1] ?? orders.length })}`;
  side.replaceChildren(one("[data-close]"), make("h3", "", head), make("ol", "", ...orders.map((order) => line({ ...order, area: "" }))));
  side.hidden = false;
  clearTimeout(closing);
  closing = setTimeout(shut, 30000);
}
function shut() {
  one("[data-side]").hidden = true;
  for (const [box, made] of drawn) if (box.matches(".map")) made.dispatchAction({ type: "unselect", seriesIndex: 0, name: [...names.keys()] });
}

// Lists; those that are longer than their place move slowly, unless the machine asks for rest

const line = (order) => make("li", order.late ? "late" : "",
  make("b", "", order.title), make("span", "", [order.area, order.unit || order.stage].filter(Boolean).join(" · ")),
  make("time", "", order.due || order.at));
const fresh = (order) => make("li", "", make("time", "at", order.at), make("b", "", order.title), make("span", "", [order.category, order.area].filter(Boolean).join(" · ")));
function moving(body, found, row) {
  const text = JSON.stringify(found);
  if (body.dataset.shown === text) return;
  body.dataset.shown = text;
  const at = body.getAnimations({ subtree: true })[0]?.currentTime;
  rows(body, found, row, said.none, true);
  const list = body.firstChild;
  const high = list.scrollHeight;
  if (calm.matches || high <= body.clientHeight + 2) return;
  list.append(...[...list.children].map((child) => { const twin = child.cloneNode(true); twin.ariaHidden = "true"; return twin; }));
  const run = list.animate([{ transform: "none" }, { transform: `translateY(-${high}px)` }], { duration: found.length * 5000, iterations: Infinity });
  if (at) run.currentTime = at % (found.length * 5000);
}

const COLOURS = ["green", "amber", "red", "grey"];
const draws = {
  flow, map,
  clocks(body, { clocks: told }) {
    const sum = (stage) => COLOURS.reduce((all, name) => all + stage[name], 0);
    const most = Math.max(...told.map(sum));
    rows(body, told, (stage) => make("li", "", make("b", "", stage.title), bar(COLOURS.map((name) => [name, stage[name]]), most), make("em", "", whole.format(sum(stage)))));
    body.append(make("p", "legend", ...COLOURS.map((name) => make("span", name, `${said[name]} ${whole.format(told.reduce((all, stage) => all + stage[name], 0))}`))));
  },
  hot(body, { hot }) {
    const most = Math.max(...hot.map(({ value }) => value));
    rows(body, hot, (one) => make("li", one.rises ? "rises" : "", make("b", "", one.title), bar([[one.rises ? "plain" : "quiet", one.value]], most), make("em", "", whole.format(one.value)), make("small", "", one.usual === null ? "" : fill(said.usual, { n: one.usual }))), said.none);
  },
  units(body, { units }) {
    const most = Math.max(...units.map(({ open }) => open));
    rows(body, units, (unit) => make("li", "", make("b", "", unit.title), bar([["red", unit.late], ["plain", unit.open - unit.late]], most), make("em", "", whole.format(unit.open)), make("small", unit.late ? "late" : "", unit.late ? fill(said.late, { n: unit.late }) : "")), said.none);
  },
  rates(body, { rates }) {
    const percent = (value) => (value === null ? "–" : `${value.toFixed(1)}%`);
    const beside = ({ before }) => (before === null ? "" : `${said.before} ${percent(before)}`);
    const known = rates.some(({ value, before }) => value !== null || before !== null) ? rates : [];
    rows(body, known, (rate) => make("li", "", make("b", "", rate.title), bar([["plain", rate.value]], 100), make("em", "", percent(rate.value)), make("small", "", beside(rate))), rates.length ? said.norates : said.nofacts);
  },
  warnings(body, { warnings, breaker }) {
    const level = { yellow: said.yellow, orange: said.orange, red: said.crimson };
    rows(body, warnings, (one) => make("li", "", make("b", "", one.title), make("span", "", one.area), make("em", "", fill(said.persons, { n: one.persons })), make("small", `level ${one.level}`, level[one.level] ?? "")), said.quiet);
    if (breaker) body.prepend(make("p", "breaker", breaker));
  },
  urgent: (body, { urgent }) => moving(body, urgent, line),
  latest: (body, { latest }) => moving(body, latest, fresh),
};

let last = null;
function draw(told) {
  if (told.page !== dataset.page) location.reload();
  last = told;
  for (const figure of told.figures) {
    const box = one(`[data-figure="${figure.code}"]`);
    const [none, beside] = [figure.value === null, (figure.beside ?? []).filter(([, value]) => value !== null)];
    one("b", box).replaceChildren(none ? "–" : whole.format(figure.value), !none && figure.unit ? make("i", "", figure.unit) : "");
    one("small", box).textContent = beside.map(([name, value]) => `${name}\u00a0${whole.format(value)}${figure.unit ?? ""}`).join("　") || (none ? said.unrated : "");
    box.classList.toggle("is-none", !figure.value);
  }
  for (const tile of document.querySelectorAll("[data-module]")) draws[tile.dataset.module](one("[data-body]", tile), told);
}

// Asking, and saying how old the picture is

let etag = "", wait = POLL, trouble = "", seen = null, timer = 0;
async function ask() {
  clearTimeout(timer);
  try {
    const headers = etag ? { "If-None-Match": etag } : {};
    const answer = await fetch(dataset.now, { headers, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(10000) });
    trouble = answer.type === "opaqueredirect" ? "out" : answer.status === 404 ? "shut" : answer.ok || answer.status === 304 ? "" : "cut";
    if (answer.ok) draw(await answer.json());
    if (!trouble) {
      seen = performance.now() - Number(answer.headers.get("X-Picture-Age") ?? 0);
      etag = answer.headers.get("ETag") ?? "";
    }
  } catch (error) {
    trouble = "cut";
    console.warn(error);
  }
  wait = trouble ? Math.min(wait * 1.6, trouble === "cut" ? LONGEST : SLOW) : POLL;
  timer = setTimeout(ask, document.hidden ? Math.max(wait, SLOW) : wait);
  tell();
}
function tell() {
  const now = new Date();
  one("[data-clock]").textContent = `${now.toLocaleDateString(document.documentElement.lang, { month: "long", day: "numeric", weekday: "long", timeZone: dataset.zone })}　${clock(now)}`;
  if (seen === null && !trouble) return;
  const old = seen === null ? 0 : Math.max(0, (performance.now() - seen) / 1000);
  const box = one("[data-fresh]");
  const at = seen === null ? "–" : clock(new Date(now - 1000 * old));
  const text = trouble ? fill(said[trouble], { at }) : fill(said.ago, { n: Math.round(old) });
  if (box.textContent !== text) box.textContent = text;
  box.dataset.state = old > 30 || (trouble && seen === null) ? "red" : trouble || old > 10 ? "amber" : "green";
}

// One module at a time over the whole display

let turning = 0;
function rotate(seconds) {
  const tiles = [...document.querySelectorAll("[data-module]")];
  clearInterval(turning);
  document.body.classList.toggle("rotates", seconds > 0);
  one("[data-rotate]").ariaPressed = String(seconds > 0);
  let at = -1;
  const turn = () => {
    at = seconds > 0 ? (at + 1) % tiles.length : -1;
    tiles.forEach((tile, place) => tile.classList.toggle("solo", place === at));
    for (const box of document.querySelectorAll("[data-shown]")) box.dataset.shown = "";
    if (last) draw(last);
  };
  turn();
  if (seconds > 0) turning = setInterval(turn, seconds * 1000);
}
const asked = Number(new URLSearchParams(location.search).get("rotate"));
const turn = () => rotate(document.body.classList.contains("rotates") ? 0 : asked || 20);
const full = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
one("[data-rotate]").addEventListener("click", turn);
one("[data-full]").addEventListener("click", full);
one("[data-close]").addEventListener("click", shut);
document.addEventListener("keydown", ({ key, ctrlKey, metaKey }) => {
  if (ctrlKey || metaKey) return;
  ({ r: turn, f: full, Escape: () => { shut(); rotate(0); } })[key.length === 1 ? key.toLowerCase() : key]?.();
});
const soon = () => { wait = POLL; ask(); };
window.addEventListener("online", soon);
document.addEventListener("visibilitychange", () => document.hidden || soon());

setInterval(tell, 1000);
ask();
import(dataset.echarts).then(async () => {
  charts = window.echarts;
  await outlines();
  if (last) draw(last);
}).catch(console.error);
if (asked > 0) rotate(asked);
