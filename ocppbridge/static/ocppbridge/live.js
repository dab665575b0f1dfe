/* The live page: rows by key as the socket tells them. What partners and stations say is only ever put in as text. */
(() => {
  "use strict";
  const wanted = JSON.parse(document.getElementById("live-wanted").textContent);
  const root = document.getElementById("live");
  const state = document.getElementById("live-state");
  const filter = document.getElementById("live-filter");
  const errorsOnly = document.getElementById("live-errors");
  const pause = document.getElementById("live-pause");
  const LINES = 300;
  const tables = { stations: {}, sessions: {}, commands: {}, partners: {}, alerts: {} };
  const order = {
    sessions: (a, b) => b.since.localeCompare(a.since),
    commands: (a, b) => b.at.localeCompare(a.at),
    alerts: (a, b) => b.at.localeCompare(a.at),
    partners: (a, b) => a.name.localeCompare(b.name),
    stations: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }),
  };
  let lines = [];
  let held = [];
  let paused = false;
  let failures = 0;

  const TONES = {
    AVAILABLE: "good", CHARGING: "note", RESERVED: "note", BLOCKED: "warn", INOPERATIVE: "bad", OUTOFORDER: "bad", UNKNOWN: "",
    ACTIVE: "note", PENDING: "warn", RESERVATION: "note", CONNECTED: "good", OFFLINE: "bad", INVITED: "warn", SUSPENDED: "warn",
    ACCEPTED: "good", REJECTED: "bad", FAILED: "bad", TIMEOUT: "bad", NOT_SUPPORTED: "warn", info: "note", warning: "warn", critical: "bad",
  };

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined && text !== null) made.textContent = text;
    return made;
  }
  const badge = (text, tone) => element("span", `console-badge ${tone ?? TONES[text] ?? ""}`, String(text).toLowerCase().replaceAll("_", " "));
  function link(section, key, text) {
    const made = element("a", "console-link", text);
    made.href = wanted.pages[section].replace(/0(?=\/change)/, encodeURIComponent(key));
    return made;
  }
  function hinted(text, hint) {
    const made = element("span", "", text);
    made.title = hint;
    return made;
  }
  const time = (moment) => new Date(moment).toLocaleTimeString(undefined, { hour12: false });
  function row(...cells) {
    const made = element("tr");
    for (const cell of cells) {
      const place = element("td", cell?.number ? "live-number" : "");
      const inside = cell?.number ? cell.text : cell;
      place.append(...(Array.isArray(inside) ? inside : [inside ?? "–"]));
      made.append(place);
    }
    return made;
  }
  const figure = (text) => ({ number: true, text: text ?? "–" });

  const draw = {
    sessions: (key, one) => row(
      [link("sessions", key, one.id.length > 14 ? `${one.id.slice(0, 8)}…` : one.id), one.status === "ACTIVE" ? "" : badge(one.status)],
      hinted(one.evse || one.location, `${one.owner} ${one.location}`), hinted(one.payer, one.token), time(one.since),
      figure(`${one.kwh} kWh`), figure(one.cost === null ? null : `${one.cost} ${one.currency}`)),
    commands: (key, one) => row(
      link("commands", key, time(one.at)), one.kind.toLowerCase().replaceAll("_", " "),
      `${one.from} → ${one.to}`, one.response ? badge(one.response) : "–", one.result ? [badge(one.result), one.took === null ? "" : ` ${one.took}\u00a0s`] : "–"),
    partners: (key, one) => row(link("partners", key, one.name), badge(one.status), figure(one.waiting), figure(one.silent)),
    alerts: (key, one) => row(
      badge(one.severity), link("alerts", key, one.code), one.station || "–", one.text, one.count > 1 ? `×${one.count}` : "", time(one.at)),
    stations: (key, one) => {
      const made = link("stations", key);
      made.className = `live-station${one.online ? "" : " off"}`;
      made.append(element("b", "", one.name), element("small", "", one.blocked ? "blocked" : one.online ? `${one.party} · OCPP ${one.version}` : `${one.party} · offline`));
      const evses = element("span", "live-evses");
      for (const [number, status, watts] of one.evses) {
        const label = badge(status);
        const power = `${(Math.abs(watts) / 1000).toFixed(1)} kW`;
        label.textContent = `${number}: ${watts === null ? label.textContent : watts < 0 ? `gives ${power}` : power}`;
        evses.append(label);
      }
      made.append(evses);
      return made;
    },
  };

  function fits(one) {
    const words = filter.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return true;
    const text = JSON.stringify(one).toLowerCase();
    return words.every((word) => text.includes(word));
  }

  const shownBefore = new Map();
  function show(section) {
    const panel = root.querySelector(`[data-section=${section}]`);
    const rows = Object.entries(tables[section]).filter(([, one]) => fits(one)).sort((a, b) => order[section](a[1], b[1]));
    const place = panel.querySelector("tbody") ?? panel.querySelector(".live-stations");
    const before = shownBefore.get(section);
    const now = new Map();
    const made = rows.map(([key, one]) => {
      const text = JSON.stringify(one);
      const known = before?.get(key);
      const node = known?.text === text ? known.node : draw[section](key, one);
      node.classList.toggle("fresh", Boolean(before) && known?.text !== text);
      now.set(key, { text, node });
      return node;
    });
    shownBefore.set(section, now);
    place.replaceChildren(...made);
    const count = Object.keys(tables[section]).length;
    panel.querySelector(".console-note").textContent = rows.length === count ? String(count) : `${rows.length} of ${count}`;
    const empty = panel.querySelector(".console-empty");
    if (empty) empty.hidden = rows.length > 0;
    panel.hidden = section === "alerts" ? count === 0 : false;
  }

  function showLines() {
    const panel = root.querySelector("[data-section=trace]");
    const chosen = lines.filter((one) => fits(one) && (!errorsOnly.checked || one.error || /^[45]/.test(one.status ?? "")));
    panel.hidden = false;
    panel.querySelector("tbody").replaceChildren(...chosen.map((one) => {
      one.node ??= Object.assign(row(
        link(one.section, one.id, time(one.at)), badge(one.in ? "in" : "out", one.in ? "note" : "way-out"), one.who, one.what,
        [one.status ?? "", one.error ? " " : "", one.error ? badge(one.error, "bad") : ""]), {});
      return one.node;
    }));
    panel.querySelector(".console-note").textContent = paused ? `paused, ${held.length} more` : "the newest first";
    panel.querySelector(".console-empty").hidden = chosen.length > 0;
  }

  function sums() {
    const place = document.getElementById("live-sums");
    const parts = [];
    if (wanted.sections.includes("stations")) {
      const all = Object.values(tables.stations);
      const watts = all.flatMap((one) => one.evses).reduce((sum, [, , power]) => sum + (power ?? 0), 0);
      parts.push([all.filter((one) => one.online).length, `of ${all.length} stations online`], [(watts / 1000).toFixed(1), "kW"]);
    }
    if (wanted.sections.includes("sessions")) parts.push([Object.keys(tables.sessions).length, "sessions under way"]);
    if (wanted.sections.includes("partners")) {
      const all = Object.values(tables.partners);
      parts.push([all.reduce((sum, one) => sum + one.waiting, 0), "deliveries waiting"]);
    }
    place.replaceChildren(...parts.map(([value, words]) => {
      const made = element("span");
      made.append(element("b", "", value), ` ${words}`);
      return made;
    }));
  }

  function told(message) {
    if (message.trouble) { say(message.trouble, "bad"); return; }
    say("live", "good");
    for (const section of Object.keys(tables)) {
      if (message.whole && wanted.sections.includes(section)) tables[section] = {};
      const change = message[section];
      if (!change) continue;
      Object.assign(tables[section], change.put);
      for (const key of change.gone) delete tables[section][key];
      show(section);
    }
    const fresh = ["frames", "exchanges"].flatMap((section) => (message[section] ?? []).map((one) => ({ ...one, section })));
    if (fresh.length) {
      fresh.sort((a, b) => a.at.localeCompare(b.at));
      const into = paused ? held : lines;
      into.unshift(...fresh.reverse());
      into.length = Math.min(into.length, LINES);
    }
    if (fresh.length || message.whole) showLines();
    sums();
  }

  function say(text, tone) {
    if (state.textContent === text) return;
    state.textContent = text;
    state.className = `console-badge ${tone}`;
  }

  function cookie(name) {
    return document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  }

  async function connect() {
    let granted;
    try {
      const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? cookie("csrftoken");
      const answer = await fetch(wanted.ticket, { method: "POST", headers: { "X-CSRFToken": token }, credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      granted = await answer.json();
    } catch {
      say("not connected: log in again, or wait", "bad");
      again();
      return;
    }
    const socket = new WebSocket(granted.url);
    socket.onopen = () => socket.send(granted.ticket);
    socket.onmessage = (event) => { failures = 0; told(JSON.parse(event.data)); };
    socket.onclose = () => { say("connecting again", "warn"); again(); };
  }
  function again() {
    failures += 1;
    setTimeout(connect, Math.min(30_000, 500 * 2 ** Math.min(failures, 6)));
  }

  filter.addEventListener("input", () => { wanted.sections.filter((one) => one in tables).forEach(show); showLines(); });
  errorsOnly.addEventListener("change", showLines);
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Go on" : "Pause";
    if (!paused) { lines = [...held, ...lines].slice(0, LINES); held = []; }
    showLines();
  });
  if (!wanted.sections.some((one) => one === "frames" || one === "exchanges")) root.querySelector("[data-section=trace]").remove();
  connect();
})();
