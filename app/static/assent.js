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
  if (form.target || event.submitter?.formTarget || form.dataset.sent) { if (form.dataset.sent) event.preventDefault(); return; }
  if (form.method === "post") { form.dataset.sent = "yes"; setTimeout(() => delete form.dataset.sent, 8000); }
});

// A preview beside a form follows what is written: its button, marked data-live, fills a fresh frame, so that
// the way back does not lead through previews.
const pauses = new WeakMap();
document.addEventListener("input", (event) => {
  const button = event.target.form?.querySelector("button[data-live]");
  if (!button) return;
  clearTimeout(pauses.get(button));
  pauses.set(button, setTimeout(() => {
    const frame = document.querySelector(`iframe[name="${button.formTarget}"]`);
    const fresh = frame.cloneNode();
    fresh.removeAttribute("src");
    frame.replaceWith(fresh);
    button.form.requestSubmit(button);
  }, 700));
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

// While what a form asks for is under way, the place where it will stand says so.
for (const [name, busy] of [["htmx:before:request", "true"], ["htmx:finally:request", "false"]]) {
  document.addEventListener(name, (event) => {
    const place = document.getElementById(event.target.dataset?.busy ?? "");
    if (place) place.setAttribute("aria-busy", busy);
  });
}

// The address of what was asked for names no field that was left empty.
document.addEventListener("htmx:config:request", (event) => {
  const fields = event.detail.ctx.request.body;
  if (event.target.method !== "get" || !(fields instanceof FormData)) return;
  for (const [name, value] of [...fields]) if (value === "") fields.delete(name);
});

// What does nothing without a script is hidden until there is one.
function offerMore() {
  for (const place of document.querySelectorAll("[data-script]")) place.hidden = false;
  offerCopying(document);
}
offerMore();
document.addEventListener("htmx:after:swap", offerMore);

// On a narrow screen the way around is a strip: where the reader is, it shows.
document.querySelector(".side a[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
