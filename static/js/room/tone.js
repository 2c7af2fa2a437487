/** A sound, for who wants to hear that something was said. */

let audio;

/** Play two soft notes. */
export function tone() {
  if (!navigator.userActivation?.hasBeenActive) return; // browsers refuse sound before the first gesture
  audio ??= new AudioContext();
  const start = audio.currentTime;
  const volume = new GainNode(audio, { gain: 0 });
  const voice = new OscillatorNode(audio, { frequency: 523 });
  voice.frequency.setValueAtTime(659, start + 0.12);
  volume.gain.linearRampToValueAtTime(0.06, start + 0.02);
  volume.gain.linearRampToValueAtTime(0, start + 0.35);
  voice.connect(volume).connect(audio.destination);
  voice.start(start);
  voice.stop(start + 0.4);
}
