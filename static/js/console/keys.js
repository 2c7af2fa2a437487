/** The keyboard: one key a deed, wherever one is not writing. */

import { preference } from "../settings.js";

const WRITING = "textarea, input:not([type=radio], [type=checkbox])";

/** Have each key do what `deeds` has for it; `deeds.then` are those that follow another. */
export function keys(deeds) {
  let before = null; // the key that was pressed just now, where one follows it

  addEventListener("keydown", (event) => {
    const { key, target, ctrlKey, altKey, metaKey } = event;
    if (key === "Escape") return escape(target);
    if (ctrlKey || altKey || metaKey || event.repeat && !"jk".includes(key)) return;
    if (preference("console-keys") === "off" || target.matches?.(WRITING) || document.querySelector("dialog[open]")) return;
    // In a list of choices letters look for a word, but numbers are ours.
    if (target.tagName === "SELECT" && !/^\d$/.test(key)) return;
    const deed = before ? deeds.then[before]?.(key) : (deeds[key] ?? (/^[1-9]$/.test(key) ? () => deeds.number(Number(key)) : null));
    before = !before && deeds.then[key] ? key : null;
    if (!deed && !before) return;
    event.preventDefault();
    deed?.(event);
  });

  /** Out of a field first; then out of what was begun. */
  function escape(target) {
    if (document.querySelector("dialog[open]")) return;
    if (target.matches?.(`${WRITING}, select`)) target.blur();
    else deeds.Escape();
  }
}
