// A click anywhere else closes Datasette's open menus.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[open].actions-menu-links, details[open].nav-menu")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// Datasette's filter form has no labels that a screen reader could read out.
const LABELS = { _filter_column: "column", _filter_op: "comparison", _filter_value: "value", _sort: "sort by" };
for (const field of document.querySelectorAll("form.filters select, form.filters input[type=text]")) {
  if (!field.labels?.length) field.setAttribute("aria-label", LABELS[field.name.replace(/_\d+$/, "")] ?? field.name);
}

// A timeline opens at its newest end.
for (const timeline of document.querySelectorAll(".timeline")) timeline.parentElement.scrollLeft = timeline.scrollWidth;
