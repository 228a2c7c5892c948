// The file is hashed here first, and asked about by its digest alone. It is sent when somebody says so, and not before.
"use strict";
(() => {
  const form = document.getElementById("verify");
  const input = document.getElementById("file");
  const send = document.getElementById("send");
  const state = document.getElementById("state");
  const hint = form.querySelector(".drop-hint");
  const most = Number(form.dataset.most);
  let dropped = null;
  let turn = 0;
  hint.hidden = false;

  const say = (text) => { state.textContent = text; };
  const chosen = () => dropped || input.files[0] || null;

  async function look() {
    const file = chosen();
    const mine = ++turn;
    if (!file) return;
    document.getElementById("answers").replaceChildren();
    send.disabled = file.size > most;
    const remark = file.size > most ? " " + form.dataset.tooLarge : "";
    if (!window.crypto || !window.crypto.subtle) { say(remark); return; } // pages without TLS have no digests
    try {
      say(form.dataset.hashing);
      const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
      const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
      if (mine !== turn) return;
      say(form.dataset.asking);
      const answer = await fetch("/verify/known?sha256=" + hex, { headers: { accept: "application/json" } });
      if (mine !== turn) return;
      if (!answer.ok) { say(form.dataset.couldNot + remark); return; }
      const known = (await answer.json()).known;
      say((known ? form.dataset.knownHere : form.dataset.unknownHere) + remark);
    } catch {
      if (mine === turn) say(form.dataset.couldNot + remark);
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = chosen();
    if (!file || file.size > most) return;
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
      send.disabled = false;
    }
  });

  input.addEventListener("change", () => { dropped = null; look(); });
  document.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  document.addEventListener("dragleave", () => form.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    const file = event.dataTransfer.files[0];
    if (!file) return;
    dropped = file;
    input.required = false;
    look();
  });
})();
