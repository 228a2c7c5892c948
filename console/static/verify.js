// The file is hashed here first, and asked about by its digest alone. It is sent when somebody says so, and not before.
// One that is too large is not even read: browsers hash a file only as a whole, in memory.
"use strict";
(() => {
  const form = document.getElementById("verify");
  const input = document.getElementById("file");
  const send = document.getElementById("send");
  const state = document.getElementById("state");
  const hint = form.querySelector(".drop-hint");
  const most = Number(form.dataset.most);
  let turn = 0;
  hint.hidden = false;

  const say = (text) => { state.textContent = text; };
  const chosen = () => input.files[0] || null;
  const isTooLarge = (file) => file !== null && file.size > most;

  function clear() { // the section keeps a heading, which it is named by
    const heading = document.createElement("h2");
    heading.id = "result";
    heading.className = "unseen";
    heading.textContent = form.dataset.result;
    document.getElementById("answers").replaceChildren(heading);
  }

  async function look() {
    const file = chosen();
    const mine = ++turn;
    say("");
    send.disabled = isTooLarge(file);
    clear();
    if (!file) return;
    if (isTooLarge(file)) { say(form.dataset.tooLarge); return; }
    if (!window.crypto || !window.crypto.subtle) return; // pages without TLS have no digests
    try {
      say(form.dataset.hashing);
      const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
      const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
      if (mine !== turn) return;
      say(form.dataset.asking);
      const answer = await fetch("/verify/known?sha256=" + hex, { headers: { accept: "application/json" } });
      if (mine !== turn) return;
      if (!answer.ok) { say(form.dataset.couldNot); return; }
      const known = (await answer.json()).known;
      say(known ? form.dataset.knownHere : form.dataset.unknownHere);
    } catch {
      if (mine === turn) say(form.dataset.couldNot);
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = chosen();
    if (!file || isTooLarge(file)) return;
    const mine = ++turn;
    say(form.dataset.looking);
    send.disabled = true;
    try {
      const body = new FormData();
      body.append("file", file, file.name);
      const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById("answers");
      if (mine !== turn) return;
      if (!found) { say(form.dataset.couldNot); return; }
      say("");
      const here = document.getElementById("answers");
      here.replaceWith(document.importNode(found, true));
      document.getElementById("answers").focus();
    } catch {
      if (mine === turn) say(form.dataset.couldNot);
    } finally {
      send.disabled = isTooLarge(chosen());
    }
  });

  input.addEventListener("change", look);
  document.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  document.addEventListener("dragleave", () => form.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    const file = event.dataTransfer.files[0];
    if (!file) return;
    const one = new DataTransfer();
    one.items.add(file);
    input.files = one.files; // the field shows its name, as of a file that was chosen
    look();
  });
})();
