/**
 * Whether single letters act on this computer: who speaks to it, or has a cat, switches them off.
 */
const LETTERS_OFF = "livesupport.letters-off"; // the console has the same switch

/** Whether single letters do anything on this computer. */
export function lettersOn() {
  try {
    return localStorage.getItem(LETTERS_OFF) !== "yes";
  } catch {
    return true;
  }
}

export function switchLetters(/** @type {boolean} */ on) {
  try {
    localStorage.setItem(LETTERS_OFF, on ? "no" : "yes");
  } catch {
    // Storage is denied: letters stay on.
  }
}
