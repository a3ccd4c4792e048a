// What pages do beyond links and forms. Every page works without it.
"use strict";

// Copy what an element holds: <button data-copy="id"> is shown only where this works.
function offerCopying(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
  const before = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = before; }, 2000);
});

// One box that ticks all boxes of its form, and says how many are ticked.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form || event.target.type !== "checkbox") return;
  const boxes = [...form.elements].filter((one) => one.type === "checkbox" && one.dataset.one !== undefined);
  if (event.target.dataset.all !== undefined) for (const box of boxes) box.checked = event.target.checked;
  const count = boxes.filter((box) => box.checked).length;
  for (const place of form.querySelectorAll("[data-count]")) place.textContent = count;
});

// A menu closes when the reader goes elsewhere.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.me[open]")) if (!open.contains(event.target)) open.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.me[open]")) { open.open = false; open.querySelector("summary").focus(); }
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.target || form.dataset.sent) { if (form.dataset.sent) event.preventDefault(); return; }
  if (form.method === "post") { form.dataset.sent = "yes"; setTimeout(() => delete form.dataset.sent, 8000); }
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

offerCopying(document);
document.addEventListener("htmx:after:swap", () => offerCopying(document));
