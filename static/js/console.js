/* The operator's console: everything by keyboard, nothing lost. Without it the page is a plain form. */
(() => {
  const RETRY = 5000;
  const byId = (id) => document.getElementById(id);
  const needOf = (element) => element.closest(".console-need");
  const numberOf = (need) => need.id.replace("need-", "");
  const boxes = (need) => [...need.querySelectorAll(".console-rows input[type=checkbox]")];
  let giving = null; // number of the need whose first structures are to be ticked
  let kept = null; // what was ticked when an answer came
  let waiting = null; // what to press once the answers on their way have come

  /* Tab goes from question to question; arrows go through choices and structures. */
  const arrange = () => {
    document.querySelectorAll(".console-radio").forEach((radio) => (radio.tabIndex = -1));
    document.querySelectorAll(".console-rows").forEach((list) => {
      list.querySelectorAll("input").forEach((box, place) => (box.tabIndex = place ? -1 : 0));
    });
  };

  const focusFirst = () => {
    const form = byId("call");
    const wanted = form?.dataset.focus;
    if (!wanted || wanted === "stay") return;
    const field = byId(wanted === "error" ? "errors" : `id_${wanted}`);
    field?.focus();
    field?.select?.();
    form.dataset.focus = "stay";
  };

  const choose = (field, step) => {
    const need = needOf(field);
    const name = field.name.replace("_text", "");
    const radios = [...need.querySelectorAll(`input[type=radio][name="${name}"]`)];
    const place = radios.findIndex((radio) => radio.checked) + step;
    if (place < 0 || place >= radios.length) return;
    radios[place].checked = true;
    radios[place].dispatchEvent(new Event("change", { bubbles: true }));
  };

  const tickFirst = (need) => {
    giving = numberOf(need);
    htmx.trigger(need.querySelector(".console-questions"), "give");
  };

  const toList = (need) => {
    const first = boxes(need)[0];
    // Nobody comes: on to who called.
    (first && !need.querySelector(".console-nobody") ? first : byId("id_phone")).focus();
  };

  const go = (box, step) => {
    const all = boxes(needOf(box));
    const next = all[all.indexOf(box) + step];
    if (!next) return;
    box.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };

  /* A late answer about the same place and service must not undo what was ticked meanwhile. */
  const ticks = (found) => ({
    pair: found.querySelector("[name$=-pair]")?.value,
    boxes: new Map([...found.querySelectorAll(".console-rows input")].map((box) => [box.id, box.checked])),
  });
  const restore = (found) => {
    if (found.querySelector("[name$=-pair]")?.value === kept.pair) {
      kept.boxes.forEach((checked, id) => byId(id) && (byId(id).checked = checked));
    }
    kept = null;
  };

  const press = (action) => document.querySelector(`#call button[name=do][value="${action}"]`)?.click();
  /* What is on its way comes first: the list that was asked for, the draft that is being kept. */
  const pressWhenReady = (action) => {
    waiting = document.querySelector("#call .htmx-request") ? action : null;
    if (!waiting) press(action);
  };
  const save = () => pressWhenReady("save");

  const keys = (event) => {
    const field = event.target;
    if (!field.closest?.("#call") || event.isComposing) return;
    const { key } = event;
    const done = (action) => {
      event.preventDefault();
      action();
    };
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) return done(save);
    if (event.altKey && key.toLowerCase() === "n") return done(() => pressWhenReady("add"));
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (field.matches(".console-ask")) {
      if (key === "ArrowDown") return done(() => choose(field, 1));
      if (key === "ArrowUp") return done(() => choose(field, -1));
      if (key === "Enter") {
        const isCommune = field.name.endsWith("commune_text");
        return done(() => (isCommune ? byId(field.id.replace("commune", "service")).focus() : tickFirst(needOf(field))));
      }
    } else if (field.matches(".console-rows input")) {
      if (key === "ArrowDown") return done(() => go(field, 1));
      if (key === "ArrowUp") return done(() => go(field, -1));
      if (key === "Enter") return done(() => byId("id_phone").focus());
      if (/^[1-9]$/.test(key)) return done(() => boxes(needOf(field))[key - 1]?.click());
    } else if (key === "Enter" && field.matches("input:not([type=checkbox], [type=radio])")) {
      return done(save);
    } else if (key === "Enter" && field.matches("select, input")) {
      event.preventDefault();
    }
  };

  /* "Tick the first" answers at once, without a new page. */
  const clicks = (event) => {
    const button = event.target.closest?.('#call button[value^="give:"]');
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    tickFirst(needOf(button));
  };

  const notice = (name, shown) =>
    document.querySelectorAll(`.console-${name}`).forEach((text) => (text.hidden = !shown));

  const failed = () => {
    notice("offline", true);
    setTimeout(() => {
      const draft = document.querySelector(".console-draft");
      if (draft) htmx.trigger(draft, "retry");
    }, RETRY);
  };

  const cookie = (name) => document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);

  document.addEventListener("keydown", keys);
  document.addEventListener("click", clicks, true);
  document.addEventListener("htmx:configRequest", (event) => {
    // Signing in again changes the token of the page.
    const token = cookie("csrftoken");
    const { parameters } = event.detail;
    if (token) parameters.csrfmiddlewaretoken = token;
    // Whichever question leaves last carries it.
    if (giving !== null && parameters.only === giving) parameters.do = `give:${giving}`;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig, target } = event.detail;
    kept = target.id.startsWith("found-") && !requestConfig.parameters.do?.startsWith("give:") ? ticks(target) : null;
    const asked = new URL(requestConfig.path, location.href).pathname;
    if (xhr.status === 200 && new URL(xhr.responseURL).pathname !== asked) {
      event.detail.shouldSwap = false; // the page to sign in
      notice("signed-out", true);
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) notice("offline", false);
    if (waiting) setTimeout(() => waiting && pressWhenReady(waiting), 30);
  });
  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => document.addEventListener(name, failed));
  document.addEventListener("htmx:afterSettle", (event) => {
    arrange();
    focusFirst();
    const { target, requestConfig } = event.detail;
    if (!target?.id.startsWith("found-")) return;
    if (kept) restore(target);
    if (giving !== null && requestConfig?.parameters.do === `give:${giving}`) {
      giving = null;
      toList(needOf(target));
      // What is ticked belongs to the draft.
      const draft = document.querySelector(".console-draft");
      if (draft) htmx.trigger(draft, "retry");
    }
  });
  const start = () => {
    document.documentElement.classList.add("console-enhanced");
    arrange();
    focusFirst();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
