// A click anywhere else closes Datasette's open menus.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[open].actions-menu-links, details[open].nav-menu")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
