/**
 * Does a computation of the door, apart from the page: finds the counter whose key begins as asked (ALTCHA's protocol v2, PBKDF2 over
 * nonce and counter). Given its parameters, it says `{tried}` now and then, and `{solution}` at the end.
 *
 * One try after the other: several workers, or tries under way together, were no faster in Chromium.
 */

const SAY_EVERY = 200; // ms

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

addEventListener("message", async ({ data: { nonce, salt, cost, keyLength, keyPrefix } }) => {
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
  const end = new DataView(password.buffer, password.length - 4);
  const rule = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
  let said = 0;
  for (let counter = 0; ; counter++) {
    end.setUint32(0, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hex(await crypto.subtle.deriveBits(rule, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) return postMessage({ solution: { counter, derivedKey } });
    if (Date.now() - said > SAY_EVERY) {
      said = Date.now();
      postMessage({ tried: counter + 1 });
    }
  }
});
