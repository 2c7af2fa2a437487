/** What is kept here: on this device what the reader chose, harmless, from one visit to the next; in this tab all the rest. */

const root = document.documentElement;
const applied = new Set(["theme", "size"]);

export function preference(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage may be forbidden: the defaults hold
  }
}

function prefer(key, value) {
  if (applied.has(key)) root.dataset[key] = value;
  try {
    localStorage.setItem(key, value);
  } catch {
    // It holds until the page is left, then.
  }
  // A new page is the surest way to leave no word of the other language behind.
  if (key === "lang") location.reload();
}

/** Bring to life the settings' sheet and the buttons that open it or change the language. */
export function settle() {
  const dialog = document.querySelector("#settings");
  for (const input of dialog.querySelectorAll("input")) {
    const kept = input.name === "lang" ? root.lang : preference(input.name);
    const chosen = kept ?? input.dataset.default;
    input.checked = chosen === (input.type === "radio" ? input.value : "on");
    input.addEventListener("change", () => prefer(input.name, input.type === "radio" ? input.value : input.checked ? "on" : "off"));
  }
  for (const button of document.querySelectorAll("[data-settings]")) button.addEventListener("click", () => dialog.showModal());
  for (const button of document.querySelectorAll("[data-language]")) {
    button.hidden = button.dataset.language === root.lang;
    button.addEventListener("click", () => prefer("lang", button.dataset.language));
  }
}

/** What this tab keeps, and loses when it closes. */
export const tab = {
  read(key) {
    try {
      return sessionStorage.getItem(key);
    } catch {
      return null; // storage may be forbidden: a reload then starts anew
    }
  },
  write(key, value) {
    try {
      if (value) sessionStorage.setItem(key, value);
      else sessionStorage.removeItem(key);
    } catch {
      // The page holds what it needs until it is left.
    }
  },
};

/** Ask as the member one is, to whom rooms by invitation are listed. */
export const asMember = () => (tab.read("session") ? { headers: { authorization: `Bearer ${tab.read("session")}` } } : {});
