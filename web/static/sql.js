// The SQL editor of Datasette's query pages: CodeMirror on the text area, and the format button.
const area = document.querySelector("textarea#sql-editor");
const shown = document.querySelector("pre#sql-query");
const button = document.querySelector("button#sql-format");
if (area && window.CodeMirror) {
  area.setAttribute("aria-label", "SQL");
  const editor = CodeMirror.fromTextArea(area, { lineNumbers: true, lineWrapping: true, mode: "text/x-sql" });
  editor.setOption("extraKeys", { "Shift-Enter": () => area.form.submit(), Tab: false });
  editor.getInputField().setAttribute("aria-label", "SQL");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => editor.setValue(sqlFormatter.format(editor.getValue())));
  }
} else if (shown && button) {
  button.hidden = false;
  button.addEventListener("click", () => { shown.textContent = sqlFormatter.format(shown.textContent); });
}
