/* Draws the charts of a page: each option comes as JSON, its colours and type from the theme's tokens. */
"use strict";
const LESS_LIGHT = matchMedia("(prefers-color-scheme: dark)");

class SalesChart extends HTMLElement {
  connectedCallback() {
    this.draw = () => {
      const style = getComputedStyle(this);
      const themed = value => {
        if (typeof value === "string") return value.startsWith("--") ? style.getPropertyValue(value).trim() : value;
        if (Array.isArray(value)) return value.map(themed);
        if (value === null || typeof value !== "object") return value;
        return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, themed(one)]));
      };
      const { tips, ...option } = JSON.parse(document.getElementById(this.getAttribute("option")).textContent);
      const drawn = themed(option);
      drawn.tooltip.formatter = items => tips[items[0].dataIndex];
      this.chart.setOption(drawn, true);
    };
    this.chart = echarts.init(this);
    this.draw();
    this.watch = new ResizeObserver(() => this.chart.resize());
    this.watch.observe(this);
    LESS_LIGHT.addEventListener("change", this.draw);
  }

  disconnectedCallback() {
    LESS_LIGHT.removeEventListener("change", this.draw);
    this.watch.disconnect();
    this.chart.dispose();
  }
}
customElements.define("sales-chart", SalesChart);
