// Maps of the pack's outlines, without tiles unless the centre names some. Leaflet is fetched where a map comes into view.

const hovers = window.matchMedia("(hover: hover)").matches;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
let leaflet = null;
function library(box) {
  leaflet ??= new Promise((done, failed) => {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = box.dataset.style;
    style.addEventListener("load", () => import(box.dataset.script).then(() => done(window.L), failed));
    style.addEventListener("error", failed);
    document.head.prepend(style); // our own looks come after it
  });
  return leaflet;
}
async function json(url, asked = {}) {
  const answer = await fetch(`${url}?${new URLSearchParams(asked)}`);
  if (!answer.ok) throw new Error(url);
  return answer.json();
}

// The names of the narrowest areas that have room for them; of the others while the pointer is over them.
function name(map, areas) {
  const levels = new Map();
  areas.eachLayer((layer) => {
    const { level } = layer.feature.properties;
    levels.set(level, [...(levels.get(level) ?? []), layer]);
  });
  const short = (layer) => layer.feature.properties.name.replace(/(社区)?[居村]民?委员?会$|（[^）]*）$/g, "");
  const room = (layer) => {
    const bounds = layer.getBounds();
    const [west, east] = [bounds.getSouthWest(), bounds.getNorthEast()].map((corner) => map.latLngToContainerPoint(corner).x);
    return east - west > short(layer).length * 12 + 8;
  };
  const many = [...levels.values()].filter((layers) => layers.length > 1);
  const shown = many.reverse().find((layers) => layers.filter(room).length * 2 > layers.length) ?? [];
  areas.eachLayer((layer) => {
    const wanted = shown.includes(layer) && room(layer);
    if (layer.named === wanted) return;
    layer.named = wanted;
    const how = wanted ? { permanent: true, direction: "center", className: "map-name" } : { sticky: true, className: "map-tip" };
    layer.unbindTooltip();
    const words = document.createElement("span"); // Leaflet takes a string for HTML
    words.textContent = wanted ? short(layer) : layer.feature.properties.name;
    if (wanted || hovers) layer.bindTooltip(words, how);
  });
}

async function draw(box) {
  const { dataset } = box;
  const [L, all] = await Promise.all([library(box), json(dataset.areas)]);
  const moves = Boolean(dataset.into); // elsewhere the page goes on scrolling under wheel and finger
  const map = L.map(box, { scrollWheelZoom: moves, dragging: moves || hovers, zoomSnap: 0.25, minZoom: 7, maxZoom: 18, zoomAnimation: !calm, fadeAnimation: !calm, attributionControl: false });
  const credit = L.control.attribution({ prefix: false }).addTo(map);
  if (all.features.some((area) => area.properties.indicative)) credit.addAttribution(dataset.indicative);
  if (dataset.tiles) L.tileLayer(dataset.tiles, { maxZoom: 18, attribution: dataset.credit }).addTo(map);
  const areas = L.geoJSON(all, { style: (area) => ({ className: `map-area map-${area.properties.level}` }) }).addTo(map);
  const chosen = L.geoJSON([], { interactive: false, style: { className: "map-chosen" } }).addTo(map);
  const point = L.circleMarker([0, 0], { radius: 7, className: "map-point", interactive: false });
  const own = { map, L, areas, chosen, point, box };
  const narrowest = all.features.at(-1)?.properties.level;
  const home = L.geoJSON(all.features.filter((area) => area.properties.level === narrowest)).getBounds();
  const spot = dataset.lon ? [Number(dataset.lat), Number(dataset.lon)] : null;
  if (home.isValid()) map.fitBounds(home, { padding: [8, 8], animate: false });
  else map.setView(spot ?? [31.2, 121.5], 13);
  if (dataset.area) await highlight(own, dataset.area);
  if (chosen.getLayers().length) map.fitBounds(chosen.getBounds().pad(dataset.into ? 1.5 : 0.6), { animate: false });
  if (spot) place(own, spot);
  if (spot && !map.getBounds().contains(spot)) map.setView(spot, 14, { animate: false });
  name(map, areas);
  map.on("zoomend", () => name(map, areas));
  if (dataset.into) pick(own);
  if (dataset.dots) dots(own);
  return map;
}
async function highlight({ box, chosen }, code) {
  chosen.clearLayers();
  const found = code && (await json(box.dataset.areas, { within: code }).catch(() => null))?.features[0];
  if (found && found.properties.code === code) chosen.addData(found);
}
function place({ map, point }, spot) {
  point.setLatLng(spot).addTo(map).bringToFront();
}

// Choosing a point: a click, or Enter for the middle; it goes into the form, and the area that holds it with it.
function pick(own) {
  const { map, L, chosen, point, box } = own;
  const form = document.getElementById(box.dataset.into);
  const fold = box.closest("details");
  const said = fold.querySelector("[data-map-said]");
  const clear = fold.querySelector("[data-map-clear]");
  const put = (field, value) => {
    const node = form.elements[field];
    if (!node) return; // a form may ask for no area
    node.value = value;
    node.dispatchEvent(new Event("change", { bubbles: true }));
  };
  let asked = 0;
  async function choose(spot) {
    const mine = ++asked;
    const [lon, lat] = [spot.lng.toFixed(6), spot.lat.toFixed(6)];
    place(own, spot);
    const found = await json(box.dataset.at, { lon, lat }).catch(() => null);
    if (mine !== asked) return;
    said.textContent = found?.path || box.dataset.nowhere;
    chosen.clearLayers();
    if (found?.feature) chosen.addData(found.feature);
    point.bringToFront();
    clear.hidden = false;
    put("longitude", lon);
    put("latitude", lat);
    if (found?.code) put("area", found.code);
  }
  map.on("click", (event) => choose(event.latlng));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.target !== box) return;
    event.preventDefault();
    choose(map.getCenter());
  });
  clear.addEventListener("click", () => {
    asked++;
    point.remove();
    said.textContent = "";
    clear.hidden = true;
    put("longitude", "");
    put("latitude", "");
    box.focus();
  });
  const told = () => {
    const [lon, lat] = box.dataset.choose.split(",").map(Number);
    map.setView([lat, lon], Math.max(map.getZoom(), 14), { animate: false });
    choose(L.latLng(lat, lon));
  };
  box.addEventListener("choose", told);
  if (box.dataset.choose) told();
  form.elements.area?.addEventListener("change", (event) => {
    if (chosen.getLayers()[0]?.feature.properties.code !== event.target.value) highlight(own, event.target.value);
  });
  fold.scrollIntoView({ block: "nearest" });
  box.focus({ preventScroll: true });
}

// Open orders or facilities, as small dots that lead to them; a map of nothing else shows them all.
async function dots({ map, box, L }) {
  const url = new URL(box.dataset.dots, location.href);
  const found = await json(url.pathname, url.searchParams).catch(() => ({}));
  const shown = L.featureGroup((found.dots ?? found.orders ?? []).map((dot) => {
    const link = document.createElement("a");
    Object.assign(link, { href: dot.url, textContent: dot.title || dot.number });
    if (box.dataset.into) link.target = "_blank";
    return L.circleMarker([dot.lat, dot.lon], { radius: 4, className: "map-dot", bubblingMouseEvents: false }).bindPopup(link, { autoPan: false, closeButton: false });
  })).addTo(map);
  if (!box.dataset.into && shown.getLayers().length) map.fitBounds(shown.getBounds().pad(0.1), { animate: false, maxZoom: 16 });
}

const seen = new IntersectionObserver((entries) => {
  entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
    seen.unobserve(target);
    draw(target).then(
      (map) => new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(target),
      (error) => {
        console.error(error);
        target.replaceChildren(target.dataset.failed);
      },
    );
  });
});
const watch = (root) => root.querySelectorAll("[data-map]:not([data-watched])").forEach((box) => {
  box.dataset.watched = "";
  seen.observe(box);
});
document.addEventListener("htmx:load", (event) => watch(event.target.parentElement ?? document));
watch(document);
