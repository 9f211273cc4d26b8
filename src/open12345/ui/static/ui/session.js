// Who is signed out while a form is being filled in keeps what was typed, and goes on once they are in again elsewhere.

const note = document.getElementById("signed-out");
const said = note.querySelector("p");
const over = said.textContent;
let typed = false;
let out = false;
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.method === "post" && !form.matches("[role=search]")) typed = true;
});

function signedOut() {
  if (!typed) return location.reload(); // to the sign-in page, and back
  if (!out) say(over);
  out = true;
  renew();
}
function say(words) {
  said.textContent = words;
  note.hidden = false;
}

// The page takes over the token of the new session, if it is the same person's.
let asked = Promise.resolve();
function renew() {
  asked = asked.then(() => out && take()).catch(() => {});
}
async function take() {
  const answer = await fetch(note.dataset.ask);
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.body.dataset.reader !== document.body.dataset.reader) return say(note.dataset.other);
  const headers = page.body.getAttribute("hx-headers");
  document.body.setAttribute("hx-headers", headers);
  document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => (field.value = JSON.parse(headers)["x-csrftoken"]));
  out = false;
  say(note.dataset.in);
  document.dispatchEvent(new Event("signedin"));
}
document.addEventListener("signedout", signedOut);
window.addEventListener("focus", () => out && renew());
document.addEventListener("visibilitychange", () => out && !document.hidden && renew());
note.querySelector("button").addEventListener("click", () => (note.hidden = true));

// An answer that only says so is drawn nowhere; a form that would be lost by it is not sent.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (!event.detail.xhr.getResponseHeader("X-Session")) return;
  event.preventDefault();
  signedOut();
});
document.addEventListener(
  "submit",
  (event) => {
    if (event.target.method !== "post") return;
    note.hidden = !out;
    if (!out) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    signedOut();
  },
  true,
);
