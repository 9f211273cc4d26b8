// A draft is edited where it stands. Figures are pieces nobody can type in; a sentence is sent as text with their names.
const sheet = document.querySelector("[data-draft]");
const state = document.querySelector("[data-draft-state]");
const numbers = document.querySelector("[data-draft-numbers]");
const waiting = new Map();
let edition = sheet.dataset.edition, timer = 0, busy = false;

const text = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.dataset?.name) return `{${node.dataset.name}}`;
  if (node.nodeName === "BR") return "\n";
  return [...node.childNodes].map(text).join("");
};
const said = (field) => ("value" in field ? field.value : text(field));

async function send() {
  if (busy || !waiting.size) return;
  busy = true;
  const sent = new Map(waiting);
  const body = new URLSearchParams({ edition });
  for (const [key, typed] of sent) body.append(`t.${key}`, typed);
  state.textContent = sheet.dataset.saving;
  try {
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
    const answer = await fetch(sheet.dataset.draft, { method: "POST", body, headers: { "x-csrftoken": token } });
    if (answer.status === 409) { state.textContent = sheet.dataset.changed; return; }
    if (!answer.ok) throw new Error(answer.status);
    const told = await answer.json();
    edition = told.edition;
    for (const [key, typed] of sent) if (waiting.get(key) === typed) waiting.delete(key);
    numbers.hidden = !told.numbers.length;
    numbers.querySelector("span").textContent = told.numbers.join("、");
    state.textContent = sheet.dataset.saved;
  } catch {
    state.textContent = sheet.dataset.failed;
    timer = setTimeout(send, 5000);
  } finally {
    busy = false;
    if (waiting.size && state.textContent === sheet.dataset.saved) timer = setTimeout(send, 800);
  }
}

addEventListener("input", (event) => {
  const field = event.target.closest("[data-key]");
  if (!field || (!field.isContentEditable && !("value" in field))) return;
  waiting.set(field.dataset.key, said(field));
  clearTimeout(timer);
  timer = setTimeout(send, 900);
});
// A line break would tear a sentence in two; what is pasted comes as plain text.
sheet.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.matches(".sentence, .report-title, h3 [data-key]")) event.preventDefault(); });
sheet.addEventListener("paste", (event) => {
  if (!event.target.closest(".sentence")) return;
  event.preventDefault();
  document.execCommand("insertText", false, event.clipboardData.getData("text/plain").replace(/[\r\n{}]+/g, " "));
});
addEventListener("beforeunload", (event) => { if (waiting.size) { send(); event.preventDefault(); } });
document.addEventListener("submit", () => { if (waiting.size) send(); });
