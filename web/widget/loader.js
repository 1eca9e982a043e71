/**
 * The one script on a customer's page: draws the launcher, and on the first click the panel's iframe.
 * No cookie, no request before that click, and whatever goes wrong stays in here.
 */
(() => {
  const calls = window.LiveSupport;
  const script = document.currentScript;
  if (!script || calls?.toggle) return; // included twice

  // The launcher's name, for pages that give none: no request is made for it.
  const NAMES = { ka: "ჩატი", fa: "گفتگو", uk: "Чат", ru: "Чат" };
  const STYLE = `
    div { position: fixed; z-index: 2147483000; inset-inline-end: var(--x);
      bottom: calc(var(--y) + env(safe-area-inset-bottom)); display: flex; flex-direction: column; align-items: end; gap: 12px }
    .start { inset-inline: var(--x) auto; align-items: start }
    button, iframe { border: 0; box-shadow: 0 2px 6px #0002, 0 12px 36px #0003 }
    button { position: relative; display: flex; align-items: center; gap: 8px; height: 56px; padding: 0 16px;
      border-radius: 28px; background: var(--color); color: var(--ink); font: 500 16px system-ui; cursor: pointer }
    button:focus-visible { outline: 3px solid var(--ink); box-shadow: 0 0 0 6px var(--color) }
    iframe { width: 384px; height: min(640px, 100vh - 100px - var(--y)); border-radius: 16px; background: Canvas }
    svg { width: 24px; height: 24px; fill: none; stroke: currentcolor; stroke-width: 1.5 }
    b { position: absolute; top: -4px; inset-inline-end: -4px; min-width: 20px; border-radius: 10px; background: #b3261e;
      color: #fff; font: 600 13px/20px system-ui }
    [hidden] { display: none }
    @media (max-width: 479px) {
      iframe { position: fixed; z-index: 1; inset: var(--top, 0) 0 auto; width: 100%; height: var(--height, 100dvh);
        border-radius: 0 }
    }`;

  const server = new URL(script.src).origin;
  const options = { ...window.LiveSupportSettings, ...script.dataset };
  const listeners = {};
  let words = {}; // by kind: what a panel is to hear when it is ready
  const watch = new MutationObserver(place);
  let root, box, button, badge, panel, patience, ready, isOpen, chatting;

  const language = () => options.lang || document.documentElement.lang || navigator.language;
  const name = () => options.label || NAMES[language().slice(0, 2)] || "Chat";

  function guard(act) {
    try {
      return act();
    } catch (problem) {
      console.error(problem);
    }
  }

  /** How the next page of this site finds the panel: "open", "kept" (closed, but a chat goes on) or "". */
  const flag = () => guard(() => (sessionStorage.livesupport = isOpen ? "open" : chatting ? "kept" : ""));

  function draw() {
    root = document.createElement("live-support");
    root.dir = getComputedStyle(document.documentElement).direction;
    const { x = "16px", y = x, color = "#2f5bd7", ink = "#fff" } = options;
    root.style.cssText = `--x:${x};--y:${y};--color:${color};--ink:${ink}`;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    const shadow = root.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    box = document.createElement("div");
    box.className = options.side || "";
    button = document.createElement("button");
    button.onclick = api.toggle;
    button.addEventListener("keydown", ({ key }) => key === "Escape" && api.close());
    badge = document.createElement("b");
    shadow.append(box);
    box.append(button);
    mark("");
    label();
    place();
  }

  /** On `html`, not in `body`: pages that swap their body leave it alone, and a moved iframe would load again. */
  function place() {
    if (root && !root.isConnected) document.documentElement.append(root);
    watch.observe(document, { childList: true });
    watch.observe(document.documentElement, { childList: true });
  }

  function label() {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", isOpen ? "m6 9 6 6 6-6" : "M4 5h16v11h-9l-5 4v-4H4Z");
    svg.append(path);
    button.ariaLabel = name();
    button.ariaExpanded = !!isOpen;
    button.replaceChildren(svg, (!isOpen && options.label) || "", badge);
  }

  function mark(text) {
    badge.textContent = text;
    badge.hidden = !text;
  }

  function load() {
    panel ||= document.createElement("iframe");
    panel.title = name();
    panel.referrerPolicy = "no-referrer";
    ready = false;
    clearTimeout(patience);
    patience = setTimeout(fail, 15000);
    const query = new URLSearchParams({ site: options.site || "default", lang: language() });
    const hash = new URLSearchParams({ origin: location.origin, theme: options.theme || "" });
    panel.src = `${server}/widget/panel?${query}#${hash}`;
    if (!panel.isConnected) box.prepend(panel);
  }

  /** A panel for what it has to tell before somebody opens it. */
  function loadHidden() {
    if (panel) return;
    load();
    panel.hidden = true;
  }

  /** The server does not answer: the launcher carries a mark, and the next click tries again. */
  function fail() {
    setOpen(false);
    panel.remove();
    panel = null;
    mark("!");
    emit("error", { code: "unreachable" });
  }

  function tell(type, more) {
    const kind = type + Object.keys(more?.user || "");
    delete words[kind]; // the new word comes after those that were said before it
    words[kind] = { livesupport: 1, type, page: location.origin + location.pathname, ...more };
    if (ready) pass(kind);
  }

  /** All is said once, but who is there and what they ask about, every panel hears, also one that loads again. */
  function pass(kind) {
    panel.contentWindow.postMessage(words[kind], server);
    if (!words[kind].user) delete words[kind];
  }

  function setOpen(open, focus) {
    if (!root || !isOpen === !open) return;
    isOpen = open;
    if (!panel) load();
    panel.hidden = !open;
    flag();
    label();
    // Full screen on a phone: the Back button closes the panel, not the page.
    if (open && innerWidth < 480) history.pushState({ ...history.state, livesupport: 1 }, "");
    if (!open && history.state?.livesupport) history.back();
    if (focus) (open ? panel : button).focus();
    const news = open ? "open" : "close";
    tell(news, { focus });
    emit(news);
  }

  function emit(type, detail) {
    for (const listener of listeners[type] || []) guard(() => listener(detail));
    document.dispatchEvent(new CustomEvent("livesupport:" + type, { detail }));
  }

  /** Only our own panel is listened to, and only from our own server. */
  function hear({ data, source, origin }) {
    if (source !== panel?.contentWindow || origin !== server || data?.livesupport !== 1) return;
    const { type, detail } = data;
    if (type === "loaded") {
      ready = true;
      clearTimeout(patience);
      mark("");
      Object.keys(words).map(pass);
      if (isOpen) tell("open");
    } else if (type === "close") api.close();
    else {
      if (type === "unread") mark(detail || "");
      if (type === "state") chatting = /queued|active/.test(detail);
      flag();
      emit(type, detail);
    }
  }

  /** An on-screen keyboard takes from the visible part only, not from 100dvh. */
  function fit() {
    root?.style.setProperty("--top", visualViewport.offsetTop + "px");
    root?.style.setProperty("--height", visualViewport.height + "px");
  }

  const api = {
    open: () => setOpen(true, true),
    close: () => setOpen(false, true),
    toggle: () => setOpen(!isOpen, true),
    show: () => (button.hidden = false),
    hide: () => (button.hidden = true),
    ask: (text) => (tell("ask", { text }), api.open()),
    setUser: (user) => (tell("user", { user }), user.sig && loadHidden()),
    setAttributes: (user) => tell("user", { user }),
    reset: () => ((words = {}), panel && tell("reset")),
    setTheme: (theme) => tell("theme", { theme: (options.theme = theme) }),
    setLocale: (lang) => ((options.lang = lang), label(), panel && load()),
    end: () => panel && tell("end"),
    on: (type, listener) => ((listeners[type] ||= []).push(listener), () => api.off(type, listener)),
    off: (type, listener) => (listeners[type] = listeners[type]?.filter((known) => known !== listener)),
    push: ([method, ...values]) => api[method](...values),
    shutdown() {
      clearTimeout(patience);
      root.remove();
      root = panel = isOpen = chatting = null;
      flag();
    },
  };

  function start() {
    draw();
    addEventListener("message", hear);
    addEventListener("popstate", () => history.state?.livesupport || (isOpen && api.close()));
    visualViewport.addEventListener("resize", fit);
    visualViewport.addEventListener("scroll", fit);
    chatting = guard(() => sessionStorage.livesupport);
    if (chatting) loadHidden();
    if (chatting === "open" || "open" in options) setOpen(true);
    emit("ready");
    if (Array.isArray(calls)) for (const call of calls) window.LiveSupport.push(call);
  }

  window.LiveSupport = {};
  for (const method in api) window.LiveSupport[method] = (...values) => guard(() => api[method](...values));
  guard(start);
})();
