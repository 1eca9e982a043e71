/**
 * How many tickets wait for the agent, beside the way to the inbox.
 */
import { follow } from "../shared/news.js";

const GATHER = 1000; // ms: a deed may tell of many tickets

/** Keeps the number true while the console is open. A console that nobody sees asks when it is seen again. */
export function followMyTurn() {
  const place = document.getElementById("my-turn");
  if (!place) return;
  let timer = 0;
  let stale = false;
  const plan = () => {
    clearTimeout(timer);
    if (stale && !document.hidden) timer = setTimeout(look, GATHER);
  };
  const look = async () => {
    stale = false;
    try {
      const answer = await fetch("/inbox/waiting", { headers: { Accept: "application/json" } });
      if (answer.ok) place.textContent = (await answer.json()).count;
    } catch {
      // The news come again with the connection.
    }
  };
  follow(() => {
    stale = true;
    plan();
  });
  document.addEventListener("visibilitychange", plan);
}
