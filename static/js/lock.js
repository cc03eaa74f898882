// Locks the screen when nobody touched the machine for as long as the store says; all its windows count together.
(() => {
  "use strict";

  const { lockMinutes, lockUrl, hereUrl } = document.body.dataset;
  const longest = Number(lockMinutes) * 60_000;
  if (!longest) return;
  const KEY = "viveka-touched";
  let told = Date.now(); // when the server last heard of somebody here

  const touched = () => {
    try {
      return Math.max(told, Number(localStorage.getItem(KEY)) || 0);
    } catch {
      return told;
    }
  };

  const touch = () => {
    const now = Date.now();
    try {
      localStorage.setItem(KEY, String(now));
    } catch {
      // a browser that keeps nothing: this window counts alone
    }
    if (now - told > longest / 2) {
      told = now;
      fetch(hereUrl, { credentials: "same-origin" }).catch(() => {});
    }
  };

  const lock = () => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = lockUrl;
    const values = {
      csrfmiddlewaretoken: JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"],
      next: location.pathname + location.search,
    };
    for (const [name, value] of Object.entries(values)) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      form.append(field);
    }
    document.body.append(form);
    form.submit();
  };

  let next = 0;
  const look = () => {
    clearTimeout(next);
    const left = touched() + longest - Date.now();
    if (left <= 0) lock();
    else next = setTimeout(look, Math.min(left + 50, 30_000));
  };

  for (const kind of ["keydown", "pointerdown", "wheel", "touchstart"]) {
    document.addEventListener(kind, touch, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  document.addEventListener("htmx:afterRequest", () => (told = Date.now()));
  touch();
  look();
})();
