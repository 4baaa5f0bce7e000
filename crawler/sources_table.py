"""Writes the table of outlets in docs/sources.md from the declarations: `python -m crawler.sources_table`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from crawler.source import Source, load_sources

PAGE = Path(__file__).resolve().parent.parent / "docs" / "sources.md"
BEGIN, END = "<!-- outlets: generated, do not edit -->", "<!-- end of outlets -->"


def table(sources: Iterable[Source]) -> str:
    """The outlets as a Markdown table."""
    rows = ["| id | outlet | family | language | found by | verified | state |", "|---|---|---|---|---|---|---|"]
    for source in sources:
        ways = [(source.feeds, "feed"), (source.sitemaps, "sitemap"), (source.lists, "list"), (source.api, "JSON")]
        cells = (
            f"`{source.id}`",
            f"[{source.name}]({source.home}) {source.name_en}",
            source.family,
            source.lang,
            ", ".join(name for way, name in ways if way) or "–",
            str(source.verified or "unverified"),
            f"off: {source.off}" if source.off else f"on ({source.terms})" if source.terms else "on",
        )
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def with_table(page: str, sources: Iterable[Source]) -> str:
    """`page` with its table replaced. Raises ValueError where it lacks the marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n\n{table(sources)}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), load_sources().values()), encoding="utf-8")
