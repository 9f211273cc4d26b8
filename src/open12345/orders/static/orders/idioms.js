// Standing phrases beside long fields: put in at the cursor, or kept from what stands there. Without this nothing is lost.

const place = "/handling/idioms/";
const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

function dress(root) {
  root.querySelectorAll("textarea[data-idioms]:not([data-idioms-ready])").forEach((field) => {
    field.dataset.idiomsReady = "";
    const box = document.createElement("div");
    box.className = "idioms";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "as-link";
    button.textContent = field.dataset.idiomsLabel;
    button.setAttribute("aria-expanded", "false");
    const list = document.createElement("div");
    list.className = "idioms-list";
    list.hidden = true;
    box.append(button, list);
    field.after(box);
    button.addEventListener("click", () => toggle(field, button, list));
    list.addEventListener("click", (event) => chosen(event, field, button, list));
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || list.hidden) return;
      event.stopPropagation();
      shut(button, list);
      button.focus();
    });
  });
}

function shut(button, list) {
  list.hidden = true;
  button.setAttribute("aria-expanded", "false");
}

async function toggle(field, button, list) {
  if (!list.hidden) return shut(button, list);
  await fill(list, fetch(`${place}?field=${encodeURIComponent(field.dataset.idioms)}`));
  list.hidden = false;
  button.setAttribute("aria-expanded", "true");
  list.querySelector("button")?.focus();
}

async function fill(list, asked) {
  const answer = await asked.catch(() => null);
  if (answer?.redirected) location.reload(); // signed out meanwhile
  else if (answer && (answer.ok || answer.status === 422)) list.innerHTML = await answer.text();
}

function post(url, said) {
  return fetch(url, { method: "POST", headers: { "x-csrftoken": token() }, body: new URLSearchParams(said) });
}

function chosen(event, field, button, list) {
  const idiom = event.target.closest("[data-idiom]");
  const keep = event.target.closest("[data-idiom-save]");
  if (idiom) {
    field.focus();
    field.setRangeText(idiom.dataset.text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    shut(button, list);
    post(`${place}${idiom.dataset.idiom}/used/`, {}).catch(() => null);
  } else if (keep) {
    const said = { field: field.dataset.idioms, text: field.value, scope: keep.dataset.idiomSave };
    fill(list, post(place, said));
  }
}

document.addEventListener("htmx:load", (event) => dress(event.target.parentElement ?? document));
dress(document);
