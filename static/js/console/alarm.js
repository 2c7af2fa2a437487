/** A short tone when somebody is in distress, unless it was turned off. */

import { preference } from "../settings.js";

const find = (selector) => document.querySelector(selector);

export function alarm() {
  let audio = null;

  const wanted = () => preference("console-sound") !== "off";

  /** Browsers let a page sound once its reader has touched it: say so until then. */
  function show() {
    find("#silent").hidden = !wanted() || audio?.state === "running" || navigator.userActivation?.hasBeenActive;
  }

  function allow() {
    audio ??= new AudioContext();
    audio.resume();
    find("#silent").hidden = true;
  }

  /** Two notes, a third apart, soft at both ends. */
  function ring() {
    if (!wanted() || audio?.state !== "running") return;
    [[660, 0], [528, 0.22]].forEach(([pitch, after]) => note(pitch, audio.currentTime + after));
  }

  function note(pitch, at) {
    const tone = new OscillatorNode(audio, { type: "sine", frequency: pitch });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.25, at + 0.03);
    volume.gain.linearRampToValueAtTime(0, at + 0.35);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.4);
  }

  find("#silent button").addEventListener("click", allow);
  addEventListener("click", allow, { once: true }); // not sooner: what is pointed at would move away
  addEventListener("keydown", allow, { once: true });

  show();

  return { ring };
}
