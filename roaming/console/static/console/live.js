/* A form that asks the server what it thinks of it while one types: no framework, nothing inline, works under a strict
   Content-Security-Policy. Without this file the same buttons post the form and the page comes back.

   <div data-live="URL"> inside a form (or with data-form="its id"): the form is sent there, by its own method, a moment
   after each change. The answer is JSON:
   parts {id: html} replace what stands there, marks {id: [[tone, text]]} stand below the fields, hints {id: text} beside
   them, focus is the id that gets it. A button named _shape goes there too, instead of leaving the page. */
"use strict";

(() => {
  const PAUSE = 250;
  let timer = 0;
  let running = null;

  function start(place) {
    const form = document.getElementById(place.dataset.form) || place.closest("form");
    const url = place.dataset.live;
    if (!form || !url) return;
    form.addEventListener("input", () => later(form, url));
    form.addEventListener("change", () => later(form, url));
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button || (button.name !== "_shape" && button.name !== "_look")) return;
      event.preventDefault();
      ask(form, url, button);
    });
    place.addEventListener("click", (event) => {
      const link = event.target.closest("[data-to]");
      if (link && reach(link.dataset.to)) event.preventDefault();
    });
    ask(form, url, null);
  }

  function later(form, url) {
    clearTimeout(timer);
    timer = setTimeout(() => ask(form, url, null), PAUSE);
  }

  async function ask(form, url, button) {
    clearTimeout(timer);
    if (running) running.abort();
    const mine = (running = new AbortController());
    const body = new FormData(form);
    if (button) body.append(button.name, button.value);
    form.setAttribute("aria-busy", "true");
    try {
      const how = { signal: mine.signal, credentials: "same-origin" };
      const answer = await (form.method === "get"
        ? fetch(`${url}?${new URLSearchParams(body)}`, how)
        : fetch(url, { ...how, method: "POST", body }));
      if (!answer.ok) throw new Error(`${answer.status}`);
      show(form, await answer.json());
    } catch (problem) {
      if (problem.name === "AbortError") return;
      if (button) {
        // The server could not be asked this way: let the page do what it does without scripts.
        const wish = document.createElement("input");
        Object.assign(wish, { type: "hidden", name: button.name, value: button.value });
        form.append(wish);
        form.submit();
      }
    }
    if (running === mine) form.removeAttribute("aria-busy");
  }

  function show(form, answer) {
    for (const [id, html] of Object.entries(answer.parts || {})) replace(id, html);
    for (const [id, text] of Object.entries(answer.hints || {})) {
      const place = document.getElementById(`hint_${id}`);
      if (place && place.textContent !== text) place.textContent = text;
    }
    mark(form, answer.marks || {});
    if (answer.focus) reach(answer.focus);
  }

  function replace(id, html) {
    const place = document.getElementById(id);
    if (!place) return;
    const open = [...place.querySelectorAll("details")].map((one) => [one.id, one.open]);
    const ticked = place.contains(document.activeElement) ? document.activeElement.name : "";
    place.innerHTML = html;
    for (const [name, was] of open) {
      const same = name && document.getElementById(name);
      if (same) same.open = was;
    }
    if (ticked) place.querySelector(`[name="${CSS.escape(ticked)}"]`)?.focus();
  }

  function mark(form, marks) {
    for (const old of form.querySelectorAll(".live-mark, .live-old, ul.errorlist")) old.remove();
    for (const field of form.querySelectorAll("[data-marked]")) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("data-marked");
      field.removeAttribute("aria-describedby");
    }
    for (const [id, told] of Object.entries(marks)) {
      const field = document.getElementById(id);
      if (!field) continue;
      const note = document.createElement("div");
      note.className = "live-mark";
      note.id = `mark-${id}`;
      for (const [tone, text] of told) {
        const line = document.createElement("p");
        line.className = tone;
        line.textContent = text;
        note.append(line);
      }
      const tone = told.some(([one]) => one === "bad") ? "bad" : told[0][0];
      field.dataset.marked = tone;
      if (tone === "bad") field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", note.id);
      if (field.tagName === "FIELDSET") field.firstElementChild.after(note);
      else (field.closest("[data-cell], .tariff-cell") || field.parentElement).append(note);
    }
  }

  function reach(id) {
    const target = document.getElementById(id);
    if (!target) return false;
    for (let up = target.parentElement; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    const control = target.matches("input, select, textarea, button") ? target : target.querySelector("input, select, textarea, button:not(:disabled)");
    const chosen = control && control.disabled ? control.parentElement.querySelector("button:not(:disabled)") : control;
    if (target.tagName === "DIV") {
      target.scrollIntoView({ block: "start" });
      return true;
    }
    (chosen || target).focus({ preventScroll: true });
    (chosen || target).scrollIntoView({ block: "center" });
    return true;
  }

  /* A box in the head of a table that ticks all below it. */
  function all(box) {
    const boxes = () => box.closest("form").querySelectorAll(`input[name="${box.dataset.all}"]`);
    box.hidden = false;
    box.checked = boxes().length > 0 && [...boxes()].every((one) => one.checked);
    box.addEventListener("change", () => boxes().forEach((one) => (one.checked = box.checked)));
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-all]").forEach(all);
    for (const place of document.querySelectorAll("[data-live]")) start(place);
  });
})();
