// Draws the charts of a report with Chart.js, which the theme brings. The numbers stand in the table below each chart.
(() => {
  "use strict";
  const dashes = [[], [6, 3], [2, 3], [8, 3, 2, 3]];
  const marks = ["circle", "rect", "triangle", "rectRot"];
  const drawn = [];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // What has an order, from worst to best, has it in its colours.
  function bars(told) {
    const palette = told.ordered ? "--report-step" : "--report";
    return told.series.map((one, number) => ({
      label: one.label,
      data: one.values,
      backgroundColor: colour(`${palette}-${number + 1}`),
      borderColor: colour("--desk-card"),
      borderWidth: 1,
      maxBarThickness: 46,
    }));
  }

  function lines(told) {
    return told.series.map((one, number) => ({
      label: one.label,
      data: one.values,
      borderColor: colour(`--report-${number + 1}`),
      backgroundColor: colour(`--report-${number + 1}`),
      borderDash: dashes[number % dashes.length],
      pointStyle: marks[number % marks.length],
      pointRadius: 4,
      borderWidth: 2,
    }));
  }

  function options(told) {
    const isLines = told.kind === "lines";
    const quiet = colour("--desk-quiet");
    const number = new Intl.NumberFormat(document.documentElement.lang || "vi");
    const withUnit = (value) => `${number.format(value)}${told.unit ? ` ${told.unit}` : ""}`;
    const axis = (isStacked, isOfValues) => ({
      stacked: isStacked,
      beginAtZero: true,
      grid: { color: colour("--desk-line") },
      ticks: { color: quiet, precision: 0, ...(isOfValues && { callback: withUnit }) },
    });
    return {
      animation: false,
      maintainAspectRatio: false,
      indexAxis: told.across ? "y" : "x",
      scales: { x: axis(!isLines, Boolean(told.across)), y: axis(!isLines, !told.across) },
      plugins: {
        legend: { position: "bottom", labels: { color: colour("--desk-text"), usePointStyle: isLines, boxWidth: 14 } },
        tooltip: {
          callbacks: {
            label: (at) => `${at.dataset.label}: ${withUnit(at.raw)}`,
          },
        },
      },
    };
  }

  function draw() {
    drawn.splice(0).forEach((chart) => chart.destroy());
    document.querySelectorAll("canvas[data-chart]").forEach((canvas) => {
      const told = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
      const datasets = told.kind === "lines" ? lines(told) : bars(told);
      drawn.push(
        new window.Chart(canvas, {
          type: told.kind === "lines" ? "line" : "bar",
          data: { labels: told.labels, datasets },
          options: options(told),
        }),
      );
    });
  }

  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });

  // Paper is white.
  let wasDark = false;
  window.addEventListener("beforeprint", () => {
    wasDark = document.documentElement.classList.contains("dark");
    document.documentElement.classList.remove("dark");
    draw();
  });
  window.addEventListener("afterprint", () => {
    document.documentElement.classList.toggle("dark", wasDark);
    draw();
  });
})();
