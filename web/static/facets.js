// Datasette's table.js reads this global.
window.DATASETTE_ALLOW_FACET = document.currentScript.dataset.facets === "true";
