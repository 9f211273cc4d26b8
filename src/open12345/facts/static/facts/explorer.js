// The explorer asks anew as soon as something else is chosen; what is left empty stays out of the address.
const form = document.querySelector("[data-explore]");
form?.addEventListener("formdata", (event) => {
  [...form.elements].filter((one) => one.name && one.type !== "hidden" && one.value === "").forEach((one) => {
    const kept = event.formData.getAll(one.name).filter((value) => value !== "");
    event.formData.delete(one.name);
    kept.forEach((value) => event.formData.append(one.name, value));
  });
});
form?.addEventListener("change", (event) => {
  if (!event.target.closest(".list-panel")) form.requestSubmit();
});
document.querySelector("[data-narrow]")?.addEventListener("toggle", (event) => {
  if (event.target.open) event.target.querySelector("select").focus();
});
