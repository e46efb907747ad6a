"use strict";
// The article viewer: a list with search and filters, and one article with its labels drawn over the words.
// All words reach the page as text nodes; offsets are code points, so texts are cut as arrays of code points.
(() => {
  const { articles, layers } = JSON.parse(document.getElementById("data").textContent);
  const list = document.getElementById("list"), shown = document.getElementById("shown");
  const query = document.getElementById("query"), split = document.getElementById("split");
  const state = document.getElementById("state"), found = document.getElementById("found");
  const hidden = new Set(); // layers whose marks are switched off
  const PAGE = 200; // entries in the list at a time
  let current = null;

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  const opening = (text) => text.length > 90 ? text.slice(0, 90).replace(/\s+\S*$/, "") + " …" : text;
  const headline = (article) => article.title || opening((article.text || "").trim()) || article.id;
  const haystacks = articles.map((article) =>
    [article.id, article.title, article.text, article.publisher, article.family].join(" ").toLowerCase());

  function matches(article, n) {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (split.value && article.split !== split.value) return false;
    if (state.value) {
      const [layer, wanted] = state.value.split(" ");
      if (article.states[layer] !== wanted) return false;
    }
    return words.every((word) => haystacks[n].includes(word));
  }

  function refresh() {
    const hits = articles.filter(matches);
    const entries = hits.slice(0, PAGE).map((article) => {
      const button = element("button", { type: "button", "aria-current": String(article === current) },
        headline(article), element("small", {}, [article.split, article.publisher].filter(Boolean).join(", ")));
      button.addEventListener("click", () => show(article));
      button.article = article;
      return element("li", {}, button);
    });
    list.replaceChildren(...entries);
    found.textContent = hits.length + (hits.length === 1 ? " article" : " articles") +
      (hits.length > PAGE ? ", the first " + PAGE + " listed" : "");
    return hits;
  }

  function hue(layer, label) {
    const many = layer.labels.length, at = layer.labels.indexOf(label);
    return Math.round(360 * (many % 7 ? (at * 7) % many : at) / many); // neighbours in the list far apart in colour
  }

  // Every mark of the article: where, how it is drawn, and what stands beside its end.
  function marksOf(article) {
    const marks = [];
    for (const layer of layers) {
      if (hidden.has(layer.name)) continue;
      for (const label of article.labels[layer.name] || []) {
        if (layer.kind === "choice") {
          if (label.evidence) {
            const tip = [label.target, label.label].filter(Boolean).join(" ");
            marks.push({ at: label.evidence, kind: "evidence", tip, title: "evidence: " + tip });
          }
          continue;
        }
        const asked = Object.entries(label.asked || {}).map(([name, value]) => name + ": " + (value || "not decided"));
        const title = [layer.title + ": " + label.label, ...asked, label.how].join("\n");
        const tip = layer.kind === "spans" ? label.label : Object.values(label.asked || {}).filter(Boolean).join(" ");
        const kind = layer.kind === "spans" ? "coloured" : "detailed";
        marks.push({ at: label.at, kind, tip, title, hue: layer.kind === "spans" ? hue(layer, label.label) : null });
        if (label.linked) marks.push({ at: label.linked, kind: "linked", tip: "", title: label.link });
      }
    }
    return marks;
  }

  // The text cut at every border of a mark; each piece carries the marks that cover it.
  function drawn(article) {
    const letters = Array.from(article.text), marks = marksOf(article);
    const borders = [...new Set([0, letters.length, ...marks.flatMap((mark) => mark.at)])].sort((a, b) => a - b);
    const words = element("div", { class: "words" });
    for (let n = 0; n + 1 < borders.length; n++) {
      const [start, end] = [borders[n], borders[n + 1]];
      const over = marks.filter((mark) => mark.at[0] <= start && end <= mark.at[1]);
      const piece = letters.slice(start, end).join("");
      if (!over.length) { words.append(piece); continue; }
      const box = element("span", { class: "in " + over.map((mark) => mark.kind).join(" ") }, piece);
      box.title = over.map((mark) => mark.title).join("\n\n");
      const colour = over.find((mark) => mark.hue !== null && mark.hue !== undefined);
      if (colour) box.style.setProperty("--hue", colour.hue);
      words.append(box);
      for (const mark of over) {
        if (mark.tip && mark.at[1] === end) words.append(element("span", { class: "tip", "aria-hidden": "true" }, mark.tip));
      }
    }
    return words;
  }

  function places(article) {
    const rows = layers.flatMap((layer) => (article.labels[layer.name] || []).filter((label) => label.at).map((label) =>
      element("li", {}, label.at.join(" to ") + ": " + layer.name + " " + label.label)));
    return element("div", {}, element("p", { class: "note" },
      "The words are withheld in this release (" + article.chars + " code points). Labels by place:"),
      element("ul", {}, ...rows));
  }

  function answers(article) {
    const rows = layers.filter((layer) => layer.kind === "choice").flatMap((layer) =>
      (article.labels[layer.name] || []).map((label) => element("li", {}, element("b", {}, label.label),
        " " + [label.target, label.about].filter(Boolean).join(" ") + " (" + label.how + ")")));
    return rows.length ? element("ul", { class: "answers" }, ...rows) : null;
  }

  function toggles() {
    return element("div", { class: "toggles" }, ...layers.map((layer) => {
      const box = element("input", { type: "checkbox" });
      box.checked = !hidden.has(layer.name);
      box.addEventListener("change", () => {
        if (box.checked) hidden.delete(layer.name); else hidden.add(layer.name);
        show(current, true);
        [...shown.querySelectorAll(".toggles input")][layers.indexOf(layer)].focus();
      });
      return element("label", {}, box, " " + layer.title);
    }));
  }

  function dated(article) {
    if (article.published) return article.published;
    return article.earliest ? "not before " + article.earliest : "no date";
  }

  function show(article, quietly) {
    current = article;
    const states = Object.entries(article.states).map(([name, value]) => name + " " + value).join(", ");
    const facts = [article.id, article.family, article.split, article.publisher, dated(article),
      article.authors.join(", "), article.quality.join(", "), states].filter(Boolean);
    const meta = element("p", { class: "meta" }, ...facts.map((fact) => element("span", {}, fact)));
    const link = article.url ? element("p", { class: "meta" }, article.url) : null;
    shown.replaceChildren(...[element("h3", {}, headline(article)), meta, link, toggles(), answers(article),
      article.text === null ? places(article) : drawn(article)].filter(Boolean));
    if (!quietly) {
      for (const button of list.querySelectorAll("button")) {
        button.setAttribute("aria-current", String(button.article === article));
      }
    }
  }

  function step(by) {
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.findIndex((button) => button.article === current);
    const next = buttons[Math.min(buttons.length - 1, Math.max(0, at + by))];
    if (next) { show(next.article); next.focus(); }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT)$/.test(event.target.tagName);
    const inside = list.contains(event.target);
    if (event.key === "/" && !typing) { query.focus(); event.preventDefault(); }
    else if (typing && event.key === "Escape") event.target.blur();
    else if (typing) return;
    else if (event.key === "j" || (inside && event.key === "ArrowDown")) { step(1); event.preventDefault(); }
    else if (event.key === "k" || (inside && event.key === "ArrowUp")) { step(-1); event.preventDefault(); }
  });
  document.getElementById("find").addEventListener("submit", (event) => event.preventDefault());
  for (const control of [query, split, state]) control.addEventListener("input", refresh);
  const first = refresh()[0];
  if (first) show(first);
})();
