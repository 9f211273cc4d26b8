// The intake form: tells the panels beside it what was typed, saves itself as a draft, finds categories by typing.

const form = document.getElementById("intake");
const said = (name) => form.elements[name]?.value ?? "";

// --- help: one request fills the panels of which a field has changed, once the typing rests; going on takes it back.
// Only what looks otherwise comes back: each panel's digest is told.

const THINK = 250; // milliseconds
const help = document.querySelector("[data-help]");
const part = (name) => document.getElementById(`hint-${name}`);
let touched = new Set(); // since the last request
let asked = new Set(); // by requests that nobody has answered yet
let resting = 0;
function think(names) {
  names.forEach((name) => touched.add(name));
  clearTimeout(resting);
  resting = setTimeout(() => window.htmx.trigger(help, "think"), THINK);
}
help.addEventListener("htmx:configRequest", (event) => {
  asked = new Set([...asked, ...touched]);
  touched = new Set();
  const stale = [...document.querySelectorAll("[data-panel]")].filter((panel) => panel.dataset.of.split(" ").some((name) => asked.has(name)));
  event.detail.parameters.panels = stale.map((panel) => `${panel.dataset.panel}:${panel.dataset.digest}`).join(" ");
});
help.addEventListener("htmx:afterRequest", (event) => event.detail.successful && asked.clear());

// What is new is said aloud once the typing rests for longer; danger to life at once.
let telling = 0;
function tell() {
  const line = part("strip").firstElementChild;
  const say = (where, words) => {
    const node = document.querySelector(where);
    if (node.textContent !== words) node.textContent = words;
  };
  say("[data-alarms]", "alarm" in line.dataset ? line.textContent.trim() : "");
  clearTimeout(telling);
  telling = setTimeout(() => say("[data-tells]", [...part("suggest").querySelectorAll("h2, .offer b")].map((node) => node.textContent.trim()).join(" ")), 1500);
}
document.addEventListener("htmx:oobAfterSwap", tell);
const bodyFocused = () => part("strip").scrollIntoView({ block: "nearest" }); // on a narrow screen: help in sight
form.elements.body.addEventListener("focus", bodyFocused);
if (document.activeElement === form.elements.body) bodyFocused();
const heard = (event) => {
  if (event.isComposing || !event.target.name || event.target.form !== form) return;
  think([event.target.name]);
  changed();
};
document.addEventListener("input", heard);
document.addEventListener("change", heard);
document.addEventListener("compositionend", (event) => heard({ target: event.target }));

// --- offers: data-set="field=value" takes one; nothing is set by itself

function set(name, value) {
  const field = form.elements[name];
  if (!field) return;
  field.value = value;
  const node = field instanceof RadioNodeList ? [...field].find((one) => one.checked) : field;
  node?.dispatchEvent(new Event("change", { bubbles: true }));
}
// A place that is known to the metre: into the form at once, and onto the map, which finds the area that holds it.
function spot(where) {
  const [lon, lat] = where.split(",");
  set("longitude", lon);
  set("latitude", lat);
  const map = document.querySelector(`[data-map][data-into="${form.id}"]`);
  if (!map) return;
  map.dataset.choose = where;
  map.closest("details").open = true;
  map.dispatchEvent(new Event("choose"));
}
document.addEventListener("click", (event) => {
  const offer = event.target.closest("[data-set]");
  if (offer) {
    const [name, ...value] = offer.dataset.set.split("=");
    set(name, value.join("="));
    const [also, second] = (offer.dataset.also ?? "").split("=");
    if (also && !said(also)) set(also, second);
    if (offer.dataset.spot) spot(offer.dataset.spot);
    (offer.closest("li") ?? offer).classList.add("taken");
  }
  const other = event.target.closest("[data-relate]");
  if (other) {
    const chosen = new Set(said("relate").split(" ").filter(Boolean));
    if (!chosen.delete(other.dataset.relate)) chosen.add(other.dataset.relate);
    form.elements.relate.value = [...chosen].join(" ");
    showRelated();
    stash();
  }
});
function showRelated() {
  const chosen = said("relate").split(" ");
  document.querySelectorAll("[data-relate]").forEach((button) => button.setAttribute("aria-pressed", String(chosen.includes(button.dataset.relate))));
}
document.addEventListener("htmx:afterSettle", showRelated);

// --- the draft: saved after two quiet seconds and on leaving a field; never two at a time

const told = form.querySelector("[data-kept]");
let dirty = false;
let quiet = 0;
let saving = null;
let sending = false;
// Which page sends, and the how manieth time: a save whose answer got lost is known by it, and one that comes late.
const PAGE = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
let turn = 0;
form.addEventListener("formdata", (event) => {
  event.formData.set("page", PAGE);
  event.formData.set("turn", String((turn += 1)));
});
const worthKeeping = () => said("number") || said("body").trim() || said("phone").trim() || said("title").trim();

function changed() {
  dirty = true;
  stash();
  clearTimeout(quiet);
  quiet = setTimeout(save, 2000);
}
function save() {
  clearTimeout(quiet);
  if (!dirty || saving || sending || !worthKeeping()) return saving;
  dirty = false;
  told.textContent = form.dataset.saving;
  saving = keep().finally(() => {
    saving = null;
    if (dirty) quiet = setTimeout(save, 2000);
  });
  return saving;
}
async function keep() {
  try {
    const answer = await fetch(form.dataset.keep, { method: "POST", body: new FormData(form), signal: AbortSignal.timeout(15000) });
    if (answer.redirected || answer.headers.has("X-Session")) document.dispatchEvent(new Event("signedout"));
    const found = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
    if (!found.number && answer.ok) throw new Error(form.dataset.unsaved);
    if (!answer.ok) throw new Error(found.message || form.dataset.unsaved);
    if (!said("number")) begun(found.number);
    form.elements.number.value = found.number;
    form.elements.seq.value = found.seq;
    told.textContent = found.message;
    told.classList.remove("failed");
  } catch (error) {
    dirty = true;
    told.textContent = error.name === "Error" ? error.message : form.dataset.unsaved;
    told.classList.add("failed");
    clearTimeout(quiet);
    quiet = setTimeout(save, 8000);
  }
}
// From the first save on the page is the draft's: a reload goes on with it, a submit turns it into the order.
function begun(number) {
  const address = form.dataset.draft.replace("NUMBER", number);
  form.action = address;
  history.replaceState(history.state, "", address);
  stash(number);
}
form.addEventListener("focusout", () => dirty && !saving && save());
document.addEventListener("visibilitychange", () => document.hidden && save());
window.addEventListener("beforeunload", (event) => {
  if (!sending && (dirty || saving) && worthKeeping()) {
    save();
    event.preventDefault();
  }
});
form.addEventListener("submit", async (event) => {
  if (!saving) {
    sending = true;
    clearTimeout(quiet);
    Object.keys(sessionStorage).filter((key) => key.startsWith("intake.")).forEach((key) => sessionStorage.removeItem(key));
    return;
  }
  event.preventDefault();
  const button = event.submitter;
  await saving;
  form.requestSubmit(button);
});
window.addEventListener("pageshow", () => (sending = false));
document.addEventListener("signedin", save);

// What is no part of a draft (answer, refusal, appointment, relations) waits in this tab until it is sent.
function stash(number = said("number")) {
  if (!number) return;
  const extras = [...form.querySelectorAll("[data-extra]"), form.elements.relate].map((node) => [node.name, node.value]);
  sessionStorage.setItem(`intake.${number}`, JSON.stringify(extras.filter(([, value]) => value)));
}
function unstash() {
  const kept = JSON.parse(sessionStorage.getItem(`intake.${said("number")}`) ?? "[]");
  kept.forEach(([name, value]) => {
    const node = form.elements[name];
    if (!node || node.value) return;
    node.value = value;
    node.closest("details")?.setAttribute("open", "");
  });
}

// --- keys: Enter goes on to the next field, the open ending becomes the main action

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey) return;
  if (!event.target.matches("input:not([type=checkbox], [type=radio])")) return;
  event.preventDefault();
  const stops = [...form.querySelectorAll("input:not([type=hidden]), select, textarea, button")].filter((node) => node.tabIndex >= 0 && node.getClientRects().length);
  stops[stops.indexOf(event.target) + 1]?.focus();
});
document.addEventListener(
  "toggle",
  (event) => {
    const part = event.target;
    if (!form.contains(part)) return;
    if (part.open && !unstashing) part.querySelector("textarea, input:not([type=hidden]), select")?.focus();
    if (part.dataset.ends) {
      if (part.open) form.querySelectorAll("[data-ends][open]").forEach((other) => other !== part && other.removeAttribute("open"));
      const end = form.querySelector("[data-ends][open] button[name=then]");
      const main = end ?? form.querySelector("[data-register]");
      form.querySelectorAll("[data-register], [data-ends] button[name=then]").forEach((button) => {
        button.toggleAttribute("data-main-button", button === main);
        button.classList.toggle("btn-primary", button === main);
      });
    }
  },
  true,
);
form.elements.refuse_reason.addEventListener("change", (event) => {
  const words = form.elements.refuse_told;
  const tells = [...event.target.options].map((option) => option.dataset.tell ?? "");
  if (!words.value.trim() || tells.includes(words.value)) words.value = event.target.selectedOptions[0].dataset.tell ?? "";
});

let unstashing = true;
unstash();
showRelated();
setTimeout(() => (unstashing = false), 0);
