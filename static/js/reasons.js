/** The reasons of decisions in words. One that is no code is in somebody's own words, and is shown as it is. */

import { say } from "./words.js";

const reasons = {
  identity: "reason.identity",
  details: "reason.details",
  threat: "reason.threat",
  attack: "reason.attack",
  hate: "reason.hate",
  sexual: "reason.sexual",
  solicitation: "reason.solicitation",
  flooding: "reason.flooding",
  off_charter: "reason.off_charter",
  fine: "reason.fine",
  quoted: "reason.quoted",
  accompanied: "reason.accompanied",
  upheld: "reason.upheld",
  other: "reason.other",
};

export const reason = (code) => (Object.hasOwn(reasons, code) ? say(reasons[code]) : code);
