  // A card: its questions, switches, sliders, figure and rows --------------------------------------
  /* Put a question into its card and make it live. */
  async function ask(card, position) {
    if (!(card.id in data.cards)) return;
    const questions = JSON.parse(await unpack(data.cards[card.id]));
    if (!questions.length) return;
    const index = Math.min(position, questions.length - 1);
    const host = $("[data-host]", card);
    questions[0].html ||= (host.first ??= host.innerHTML);
    if (host.shown !== index || !host.live) host.innerHTML = questions[index].html; // escaped when written
    Object.assign(host, { shown: index, live: true });
    const select = $("[data-ask]", card);
    if (select) select.value = String(index);
    explore($("[data-explorer]", host), questions[index].explorer);
    $("[data-sliders]", host).replaceChildren(...questions[index].sliders.map(slide));
    showFigure($(".drawing", host));
    guide(card);
    for (const details of all("details.rows", host)) {
      details.addEventListener("toggle", () => details.open && showRows(details, card, index));
    }
  }

  /* The list of what a card holds, beside it. */
  function guide(card) {
    const entries = all("h3", card).map((head) => {
      const button = el("button", { type: "button" }, head.textContent);
      button.addEventListener("click", () => head.scrollIntoView());
      return el("li", {}, button);
    });
    $(".guide ol", card)?.replaceChildren(...entries);
  }

  // Switches and sliders -----------------------------------------------------------------------------
  /* Columns in a box: reads the one that is told, and tells the one that is clicked. */
  async function columns(box, { params, datasets }, chosen = () => {}) {
    const values = data.columns.params.map((each) => ({ ...each, value: params[each.name] ?? each.value }));
    const view = await draws(box, { ...data.columns, params: values, datasets });
    view.addSignalListener("near", (_, { n }) => n && chosen(n[0]));
    return view;
  }
  function readout(point, lead) {
    return [
      el("p", { class: "lead" }, lead),
      el("p", { class: "found" }, point.text),
      el("p", { class: "limits", hidden: !point.interval }, point.interval),
      el("p", {}, verdict(point.word)),
    ];
  }
  const canvas = () => el("div", { class: "canvas columns", "aria-hidden": "true" });
  const outlet = () => el("div", { class: "readout", "aria-live": "polite" });
  const equal = (one, other) => one.every((value, at) => value === other[at]);

  function explore(host, { choices, specifications, skipped, still, command, drawn }) {
    const many = specifications.length;
    const primary = choices.map((choice) => choice.primary);
    const told = choices.map(({ name, values }) => values.indexOf(state.get(name) ?? ""));
    let chosen = told.map((value, at) => (value < 0 ? primary[at] : value));
    let view = null;
    const find = (place) => specifications.findIndex((each) => each.at.some((one) => equal(one, place)));
    const why = (place) => skipped.find((each) => equal(each.at, place))?.reason ?? "It was not computed.";
    const out = outlet();
    const box = canvas();
    const code = $("[data-command]", host.closest(".question"));
    const back = el("button", { type: "button" }, "Back to the primary specification");
    const options = choices.flatMap(({ values }, at) => values.map((value, index) => {
      const input = el("input", { type: "radio", name: `choice-${at}`, value: index });
      const beside = el("span", { class: "aside" });
      input.addEventListener("change", () => choose(chosen.with(at, index)));
      return { at, index, input, beside, row: el("label", { class: "option" }, input, el("span", {}, value), beside) };
    }));
    const fields = choices.map(({ name, about, values }, at) =>
      el("fieldset", { hidden: values.length < 2 || name in still }, el("legend", {}, name),
        about && el("p", { class: "aside" }, about),
        ...options.filter((each) => each.at === at).map((each) => each.row)));

    /* The switches, the command and the address say the same; a value without an estimate is off. */
    function choose(place) {
      chosen = place;
      const position = find(chosen);
      back.hidden = equal(chosen, primary);
      for (const { at, index, input, beside } of options) {
        const other = chosen.with(at, index);
        const found = specifications[find(other)];
        input.checked = index === chosen[at];
        input.disabled = !found && !input.checked;
        beside.textContent = found ? (input.checked ? "" : `${found.word}, ${found.text}`) : why(other);
      }
      choices.forEach(({ name, values }, at) =>
        state.set(name, chosen[at] === primary[at] ? "" : values[chosen[at]]));
      const changed = choices.map((choice, at) => choice.arguments[chosen[at]])
        .filter((_, at) => chosen[at] !== primary[at]);
      code.textContent = [command, ...changed].join(" ");
      out.replaceChildren(...(position < 0 ? [el("p", { class: "lead" }, why(chosen))] : found(position)));
      view?.signal("at", position).runAsync();
    }
    function found(position) {
      const which = back.hidden ? "The primary specification" : "Another specification";
      return readout(specifications[position], `${which}: ${position + 1} of ${many} in order of size`);
    }

    back.addEventListener("click", () => choose(primary));
    const note = "Each column is one specification, in order of size. Shaded: what the verdict compares with.";
    const fixed = Object.entries(still).map(([name, reason]) => `${name} (${reason})`).join("; ");
    host.replaceChildren(out, ...(many > 1 ? [box, el("p", { class: "aside" }, note)] : []), ...fields,
      fixed && el("p", { class: "aside" }, `No choice here: ${fixed}.`), back);
    choose(find(chosen) < 0 ? primary : chosen);
    if (many < 2) return;
    columns(box, drawn, (n) => choose(specifications[n].at[0])).then((made) => {
      view = made;
      view.signal("at", find(chosen)).runAsync();
    });
  }

  function slide({ label, measure, without_interval: bare, grid, points, start, drawn }, number) {
    const name = `slider ${number + 1}`;
    const last = points.length - 1;
    const out = outlet();
    const box = canvas();
    const input = el("input", { type: "range", min: 0, max: last, step: 1, "aria-label": label });
    input.value = state.get(name) ?? start;
    let view = null;

    function show() {
      const at = Number(input.value);
      const { text, word } = points[at];
      input.setAttribute("aria-valuetext", `${grid[at]}: ${text}, ${word}`);
      out.replaceChildren(...readout(points[at], `At ${grid[at]}`));
      view?.signal("at", at).runAsync();
    }
    input.addEventListener("input", show);
    input.addEventListener("change", () => state.set(name, Number(input.value) === start ? "" : input.value));
    show();
    columns(box, drawn).then((made) => { view = made; show(); });

    const notes = [turns(grid, points)];
    if (measure) notes.push(`Drawn: ${measure}.`);
    if (bare) notes.push("Read off the set alone, without sampling error.");
    const ends = [grid[0], grid[last]].map((text) => el("span", {}, text));
    return el("div", { class: "slider" },
      el("p", { class: "label" }, label),
      out,
      box,
      el("div", { class: "track" }, input, el("div", { class: "ends" }, ...ends)),
      el("p", { class: "aside" }, notes.join(" ")));
  }
  /* Where along the grid the verdict changes, in words. */
  function turns(grid, points) {
    const parts = [];
    points.forEach(({ word }, index) => {
      if (parts.at(-1)?.word === word) parts.at(-1).to = grid[index];
      else parts.push({ word, from: grid[index], to: grid[index] });
    });
    const told = parts.map(({ word, from, to }) =>
      from === to ? `${word} at ${from}` : `${word} from ${from} to ${to}`).join("; ");
    return `${told[0].toUpperCase()}${told.slice(1)}.`;
  }

  // Figures and rows ------------------------------------------------------------------------------------
  const COLOURS = {
    "#1a1a1a": "--ink", "#5f5f5f": "--muted", "#6b6b6b": "--muted", "#d9d9d9": "--rule",
    "#ffffff": "--paper", "#b2402a": "--china", "#1f4e8c": "--us", "#8a8a8a": "--other",
  };

  async function showFigure(host) {
    let text = await unpack(data.figures[host.dataset.figure]);
    for (const [colour, name] of Object.entries(COLOURS)) text = text.replaceAll(colour, `var(${name})`);
    const figure = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    all("style, metadata, script", figure).forEach((node) => node.remove());
    const caption = $("figcaption", host.parentElement).textContent;
    fill(figure, { role: "img", "aria-label": caption }, []);
    host.replaceChildren(document.importNode(figure, true));
  }

  function tableOf(label, heads, lines, look = {}) {
    const head = el("tr", {}, ...heads.map((text) => el("th", { scope: "col" }, text)));
    return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
      el("table", look, el("thead", {}, head), el("tbody", {}, ...lines)));
  }

  async function showRows(details, card, question) {
    const host = $("[data-body]", details);
    if (host.childElementCount) return;
    const { rows: name, analysis, key } = details.dataset;
    const { columns, rows: lines } = (await resultOf(analysis)).answers[key].tables[name];
    const cell = (value) => el("td", { class: typeof value === "number" ? "figure" : null }, value ?? "");
    const filled = lines.map((line, index) => {
      const address = `${card.id}/${question + 1}/${name}/${index + 1}`;
      const link = el("a", { href: `#${encodeURI(address)}` }, String(index + 1));
      return el("tr", { id: address }, el("th", { scope: "row" }, link), ...line.map(cell));
    });
    const csv = el("button", { type: "button" }, "Rows (CSV)");
    csv.addEventListener("click", () =>
      save(`${analysis}-${name}.csv`, csvText([columns, ...lines]), "text/csv"));
    host.replaceChildren(tableOf(name, ["row", ...columns], filled), el("p", { class: "actions" }, csv));
  }

  async function showRow(card, name, row) {
    const details = all("details.rows", card).find((each) => each.dataset.rows === name);
    if (!details) return;
    await showRows(details, card, $("[data-host]", card).shown);
    details.open = true;
    const line = all("tbody tr", details)[Number(row) - 1];
    all(".sought", card).forEach((each) => each.classList.remove("sought"));
    line?.classList.add("sought");
    (line ?? details).scrollIntoView({ block: "center" });
  }
