// A classic script, first in the head: what must be right before the first paint, and the way out, which must not wait for
// a module nor depend on one.
"use strict";
{
  const root = document.documentElement;
  const read = (storage, key) => {
    try {
      return window[storage].getItem(key);
    } catch {
      return null; // storage may be forbidden: the page works without
    }
  };

  const languages = [read("localStorage", "lang"), ...navigator.languages].map((tag) => tag?.slice(0, 2));
  const lang = languages.find((tag) => tag === "fr" || tag === "en") ?? "fr";
  if ("fixed" in root.dataset) {
    // The server has made this page in one language: ask for the reader's, unless the address says which.
    if (lang !== root.lang && !new URLSearchParams(location.search).has("lang")) location.replace(`?lang=${lang}`);
  } else if ((root.lang = lang) !== "fr") {
    root.dataset.words = "coming";
    // French words are better than a blank page, should the others not come.
    setTimeout(() => delete root.dataset.words, 3000);
  }
  for (const key of ["theme", "size"]) {
    const choice = read("localStorage", key);
    if (choice) root.dataset[key] = choice;
  }
  const slug = location.pathname.match(/^\/r\/([^/]+)/)?.[1];
  if (slug) root.dataset.place = read("sessionStorage", `inside:${slug}`) ? "room" : "entrance";

  // The secret of an invitation comes behind the address, and stays in the bar no longer than this.
  const invitation = location.hash.match(/^#invitation=(.+)/)?.[1];
  if (invitation) {
    history.replaceState(null, "", location.pathname);
    try {
      sessionStorage.setItem("invitation", decodeURIComponent(invitation));
    } catch {
      // it can be typed, then
    }
  }

  const leave = () => {
    const exit = document.querySelector(".exit").href;
    for (const storage of ["sessionStorage", "localStorage"]) {
      try {
        window[storage].clear();
      } catch {
        // nothing was kept, then
      }
    }
    window.dispatchEvent(new Event("leave")); // the room closes its socket
    navigator.sendBeacon?.("/exit"); // the answer has the browser forget the rest; nobody waits for it
    document.title = "";
    root.hidden = true; // nothing stays in sight while the other site is on its way
    location.replace(exit);
  };

  addEventListener("click", (event) => {
    if (!event.target.closest?.(".exit")) return;
    event.preventDefault();
    leave();
  });

  // Shift three times within a second and a half, alone: a capital letter starts the count again.
  let taps = [];
  addEventListener("keydown", (event) => {
    if (event.repeat) return;
    taps = event.key === "Shift" ? [...taps.filter((at) => event.timeStamp - at < 1500), event.timeStamp] : [];
    if (taps.length === 3) leave();
  }, { capture: true });
}
