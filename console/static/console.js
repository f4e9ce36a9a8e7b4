// What the server-rendered pages do beyond links and forms: parts that load late, events, keys, uploads.
// Own, and small, since a library of this kind would bring its own language of attributes, and wants `eval` or inline
// style in places; the console's policy allows neither.

const csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";
const FROM_SCRIPT = { "x-mailroom-script": "1" };

async function ask(url, options = {}) {
  const answer = await fetch(url, { ...options, headers: { ...FROM_SCRIPT, ...options.headers } });
  if (answer.status === 401) location.assign(answer.headers.get("x-sign-in") ?? "/sign-in");
  return answer;
}

// --- parts that load after the page ---------------------------------------------------------------------------
for (const place of document.querySelectorAll("[data-load]")) {
  ask(place.dataset.load).then(async (answer) => {
    const text = await answer.text();
    if (answer.ok) place.innerHTML = text;
    else place.textContent = text;
  }, (error) => { place.textContent = String(error); });
}

// --- the live page --------------------------------------------------------------------------------------------
const live = document.querySelector("[data-live]");
if (live) {
  const rows = document.getElementById("rows");
  const connection = document.getElementById("connection");
  const events = new EventSource(live.dataset.live);
  events.addEventListener("open", () => { connection.textContent = ""; });
  events.addEventListener("error", () => { connection.textContent = live.dataset.lost; });
  for (const part of ["overview", "desks"]) {
    events.addEventListener(part, (event) => { document.getElementById(part).innerHTML = event.data; });
  }
  events.addEventListener("over", () => location.reload());
  events.addEventListener("rows", (event) => {
    const table = document.createElement("tbody");
    table.innerHTML = event.data;
    for (const row of [...table.rows].reverse()) {
      rows.querySelector(`[data-id="${CSS.escape(row.dataset.id)}"]`)?.remove();
      rows.prepend(row);
    }
    while (rows.rows.length > 30) rows.lastElementChild.remove();
    document.getElementById("nothing")?.remove();
  });
  addEventListener("pagehide", () => events.close());
}

// --- keys -----------------------------------------------------------------------------------------------------
const keySwitch = document.querySelector("[data-switch='keys']");
if (keySwitch) {
  keySwitch.checked = localStorage.getItem("keys") !== "off";
  keySwitch.addEventListener("change", () => localStorage.setItem("keys", keySwitch.checked ? "on" : "off"));
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || localStorage.getItem("keys") === "off") return;
  if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
  const meant = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!meant) return;
  event.preventDefault();
  if (meant.matches("button")) meant.click();
  else meant.focus();
});

// --- a document under review stays one's own while one is at it -----------------------------------------------
const held = document.querySelector("[data-renew]");
if (held) {
  let active = true;
  for (const kind of ["pointermove", "keydown", "scroll"]) addEventListener(kind, () => { active = true; }, { passive: true });
  setInterval(() => {
    if (!active || document.hidden) return;
    active = false;
    ask(held.dataset.renew, { method: "POST", headers: { "x-csrf-token": csrf }, body: new URLSearchParams({ document: held.dataset.document }) });
  }, Number(held.dataset.every) * 1000);
}

// --- forms are sent once --------------------------------------------------------------------------------------
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});
addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => { if (form.matches("form")) delete form.dataset.sent; }));

// --- pages of a document --------------------------------------------------------------------------------------
for (const pages of document.querySelectorAll("[data-pages]")) {
  const picture = pages.querySelector("img");
  const number = pages.parentElement.querySelector("[data-number]");
  let shown = Number(number.textContent);
  picture.addEventListener("error", () => { if (shown > 1) turn(-1); else pages.textContent = picture.alt + " –"; });
  const turn = (step) => {
    shown = Math.min(Number(pages.dataset.most), Math.max(1, shown + step));
    number.textContent = shown;
    picture.alt = picture.alt.replace(/\d+/, shown);
    picture.src = `${pages.dataset.pages}${shown}.jpg`;
  };
  for (const button of pages.parentElement.querySelectorAll("[data-turn]")) button.addEventListener("click", () => turn(Number(button.dataset.turn)));
}

// --- upload ---------------------------------------------------------------------------------------------------
function send(area, file) {
  const line = document.createElement("li");
  const bar = document.createElement("progress");
  const words = document.createElement("span");
  words.textContent = `${file.name} `;
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  line.append(words, bar);
  area.querySelector(".uploads").append(line);
  const request = new XMLHttpRequest(); // fetch tells nothing of how much was sent
  const failed = () => { words.textContent = `${file.name}: ${area.dataset.failed}. ${request.responseText}`; bar.remove(); };
  request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
  request.addEventListener("error", failed);
  request.addEventListener("load", () => {
    if (request.status !== 202) { failed(); return; }
    bar.value = 1;
    words.textContent = `${file.name}: ${area.dataset.sent}`;
  });
  request.open("POST", area.dataset.drop);
  const headers = { ...FROM_SCRIPT, "x-csrf-token": csrf, "x-file-name": encodeURIComponent(file.name), "idempotency-key": crypto.randomUUID?.() ?? String(Math.random()) };
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  request.send(file);
}
for (const area of document.querySelectorAll("[data-drop]")) {
  const all = (files) => [...files].forEach((file) => send(area, file));
  area.querySelector("input").addEventListener("change", (event) => { all(event.target.files); event.target.value = ""; });
  area.addEventListener("dragover", (event) => { event.preventDefault(); area.classList.add("over"); });
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => { event.preventDefault(); area.classList.remove("over"); all(event.dataTransfer.files); });
}
