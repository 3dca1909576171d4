  /* The charts of the first screen: Vega-Lite draws them, switches choose the view, keys and
     pointer read values. Rows, sentences and specifications were made when the page was written. */
  let drawingLibrary = null;

  /* Vega, Vega-Lite and Vega-Embed; the policy of the page knows them by their hash. */
  function library() {
    drawingLibrary ??= unpack(data.library).then((text) => {
      document.head.append(el("script", {}, text));
      return window.vegaEmbed;
    });
    return drawingLibrary;
  }
  /* Expressions are interpreted and not compiled, so that the page needs no "unsafe-eval". */
  const QUIET = { ast: true, actions: false, renderer: "svg", tooltip: false };

  async function draws(host, spec) {
    const embed = await library();
    return (await embed(host, spec, { ...QUIET, mode: "vega-lite" })).view;
  }

  async function startChart(figure) {
    const chart = data.charts[figure.dataset.chart];
    const host = $("[data-draw]", figure);
    const out = $("[data-read]", figure);
    const switches = all("[data-switch]", figure);
    let rest = out.textContent;
    let view = null;
    let at = -1;

    const chosen = () => switches.map((each) => each.value);
    const viewName = () => chosen().join("/");
    const rowsOf = (name) => chart.rows.filter((row) => row.view === name);
    const drawn = () => (chart.together ? chart.rows : rowsOf(viewName()));

    function read(number) {
      if (number === at) return;
      at = number;
      out.textContent = chart.rows[at]?.words ?? rest;
      out.classList.toggle("on", at >= 0);
      view?.signal("at", at).runAsync();
    }
    function walk(step) {
      const numbers = rowsOf(viewName()).map((row) => row.row);
      const place = numbers.indexOf(at);
      const next = place < 0 ? (step > 0 ? 0 : numbers.length - 1) : place + step;
      read(numbers[Math.max(0, Math.min(next, numbers.length - 1))]);
    }
    function show() {
      allow();
      const name = viewName();
      const { sentence, under, note } = chart.views[name];
      rest = note;
      at = null;
      $("[data-sentence]", figure).textContent = sentence;
      $("[data-under]", figure).textContent = under;
      fillTable($("[data-table]", figure), chart, rowsOf(name));
      read(-1);
      view?.signal("view", name).data("rows", drawn()).runAsync();
    }
    /* A value that leads nowhere is switched off, and says why. */
    function allow() {
      const [first, ...others] = switches;
      const options = others.flatMap((each) => all("option", each));
      const why = (option) => chart.without[`${first.value}/${option.value}`] ?? "";
      for (const option of options) option.disabled = Boolean(why(option));
      for (const each of others) if (each.selectedOptions[0].disabled) each.selectedIndex = 0;
      const told = [...new Set(options.map(why).filter(Boolean))].join(" ");
      Object.assign($("[data-why]", figure), { textContent: told, hidden: !told });
    }

    const names = switches.map((each) => `${figure.dataset.chart}.${each.dataset.switch}`);
    const initial = chosen();
    function restore() {
      switches.forEach((each, place) => {
        const wanted = state.get(names[place]);
        each.value = all("option", each).some((one) => one.value === wanted) ? wanted : initial[place];
      });
      show();
    }
    const write = () => chosen().forEach((value, place) =>
      state.set(names[place], value === initial[place] ? "" : value));
    figure.addEventListener("change", () => { show(); write(); });
    addEventListener("hashchange", () => {
      if (addressed()) return;
      if (settings().size) restore(); else if ($("#unknown").hidden) write();
    });
    host.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      walk(step);
    });
    for (const button of all("[data-take]", figure)) {
      button.addEventListener("click", () => TAKE[button.dataset.take](figure.dataset.chart, chart, viewName()));
    }
    restore();

    const canvas = el("div", { class: "canvas", "aria-hidden": "true" });
    host.replaceChildren(canvas);
    const spec = { ...chart.spec, datasets: { ...chart.spec.datasets, rows: drawn() } };
    view = await draws(canvas, withView(spec, viewName()));
    view.addSignalListener("near", (_, near) => near.row && read(near.row[0]));
    figure.dataset.drawn = "";
  }
  const withView = (spec, name) => ({
    ...spec,
    params: spec.params.map((each) => (each.name === "view" ? { ...each, value: name } : each)),
  });

  function fillTable(table, { columns }, rows) {
    const cell = (row, name) => el("td", { class: typeof row[name] === "number" ? "figure" : null }, row[name] ?? "");
    $("tbody", table).replaceChildren(...rows.map((row) =>
      el("tr", {}, ...columns.map(({ name }) => cell(row, name)))));
  }

  /* The chart as a file of its own: wider, with its title and source, and the page's type face. */
  async function chartDrawing(name, chart, view) {
    const rows = chart.together ? chart.rows : chart.rows.filter((row) => row.view === view);
    const { series, source } = chart.rows.find((row) => row.view === view);
    const lines = [series, source.replace(": ", ":\n")].join("\n").split("\n");
    const title = { text: chart.title, subtitle: lines, anchor: "start", fontSize: 15, subtitleFontSize: 10, offset: 14, limit: 700 };
    const spec = { ...withView(chart.spec, view), width: 620, height: 340, title, background: "#ffffff", padding: 12, datasets: { ...chart.spec.datasets, rows } };
    const drawnView = await draws(document.createElement("div"), spec);
    const text = await drawnView.toSVG();
    drawnView.finalize();
    const faces = $("style").textContent.match(/@font-face\{[^}]*\}/g).join("");
    return text.replace(/<svg[^>]*>/, (open) => `${open}<style>${faces}</style>`);
  }
  const TAKE = {
    svg: async (name, chart, view) => save(`${name}.svg`, await chartDrawing(name, chart, view), "image/svg+xml"),
    png: async (name, chart, view) => save(`${name}.png`, await picture(await chartDrawing(name, chart, view)), "image/png"),
    csv: async (name, chart) => {
      const names = chart.columns.map((each) => each.name);
      save(`${name}.csv`, csvText([names, ...chart.rows.map((row) => names.map((each) => row[each]))]), "text/csv");
    },
    codebook: async (name, chart) => {
      const lines = chart.columns.map(({ name: column, unit, about }) => [column, unit, about]);
      save(`${name}-codebook.csv`, csvText([["column", "unit", "description"], ...lines]), "text/csv");
    },
  };
  const startCharts = () => all("[data-chart]").forEach((figure) => startChart(figure));
