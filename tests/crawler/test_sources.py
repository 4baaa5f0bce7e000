"""The declarations: that they load, that mistakes are named, and that a new outlet needs no code."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_server import Site
from sample_pages import article, feed

from crawler import Report, SourceError, load_sources, parse_sources, select
from crawler.source import BUNDLED
from crawler.sources_table import BEGIN, PAGE, with_table

ROOT = Path(__file__).resolve().parents[2]


def test_at_least_sixty_outlets_each_a_few_lines() -> None:
    assert len(load_sources()) >= 60
    lengths = []
    for file in BUNDLED.glob("*.toml"):
        for entry in file.read_text().split("\n[source.")[1:]:
            lines = [line for line in entry.splitlines() if line.strip() and not line.startswith("#")]
            if ".api]" in lines[0]:
                lengths[-1] += len(lines)
            else:
                lengths.append(len(lines))
    assert max(lengths) <= 25
    assert statistics.median(lengths) <= 12


def test_every_declaration_says_how_far_it_is_proven() -> None:
    assert [s.id for s in load_sources().values() if not s.evidence] == []


def test_documented_table_is_that_of_the_declarations() -> None:
    page = PAGE.read_text()
    assert with_table(page, load_sources().values()) == page, "run `python -m crawler.sources_table`"
    assert BEGIN in page


ENTRY = '[source.x]\nfamily = "feed"\nname = "x"\nname_en = "x"\nhome = "https://x.example"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[source.x", "not TOML"),
        ("[sauce.x]\n", "unknown table [sauce]"),
        (ENTRY, "no feed, sitemap, list page or api"),
        (ENTRY + 'feeds = ["/f"]\nfeed = 1', "feed: Extra inputs"),
        (ENTRY + "feeds = [\"/f\"]\narticle = '('", "pattern"),
        (ENTRY.replace("https://", "") + 'feeds = ["/f"]', "home: 'x.example' is no http(s) address"),
        (ENTRY.replace('"feed"', '"fed"') + 'feeds = ["/f"]', "family"),
        (ENTRY + 'feeds = ["/f"]\ncanonical = "{home}/{id}"', "{id}"),
    ],
)
def test_mistakes_name_file_and_entry(text: str, says: str) -> None:
    with pytest.raises(SourceError) as raised:
        parse_sources(text, "my.toml")
    assert "my.toml" in str(raised.value)
    assert says in str(raised.value)
    assert "[source.x]" in str(raised.value) or says in ("not TOML", "unknown table [sauce]")


def test_the_same_id_twice_names_both_files(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(ENTRY + 'feeds = ["/f"]')
    with pytest.raises(SourceError, match=r"b\.toml.*also declared in.*a\.toml"):
        load_sources(tmp_path)


def test_unknown_name_is_said() -> None:
    with pytest.raises(SourceError, match="no source called nobody"):
        select(load_sources(), ["nobody"])


def test_outlets_that_forbid_it_are_off_with_the_reason() -> None:
    sources = load_sources()
    assert {"mt", "edaily", "naver", "thebell", "hankyung"} <= {s.id for s in sources.values() if s.off}
    assert not {s.id for s in select(sources)} & {"mt", "edaily", "naver"}


def test_an_outlet_of_a_known_family_takes_one_entry_and_no_code(
    site: Site, tmp_path: Path, run: Callable[..., Report]
) -> None:
    entry = f'[source.newcomer]\nfamily = "ndsoft"\nname = "새 신문"\nname_en = "New"\nhome = "{site.base}"\n'
    (tmp_path / "mine.toml").write_text(entry)
    site.page("/rss/allArticle.xml", feed(site.base, [1, 2]), kind="application/xml")
    for number in (1, 2):
        site.page(f"/news/articleView.html?idxno={number}", article(f"새 신문의 {number}번째 글"))
    report = run(load_sources(tmp_path)["newcomer"])
    assert report.new == 2


@pytest.mark.slow
def test_scrapy_knows_every_source_and_crawls_one_by_name(site: Site, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        f'[source.newcomer]\nfamily = "ndsoft"\nname = "새 신문"\nname_en = "New"\nhome = "{site.base}"\nlists = []\n'
    )
    site.page("/rss/allArticle.xml", feed(site.base, [1]), kind="application/xml")
    site.page("/news/articleView.html?idxno=1", article("이름으로 부른 글"))
    database = tmp_path / "jehyu.db"
    options = ["-s", f"JEHYU_SOURCES={tmp_path}", "-s", f"JEHYU_DATABASE={database}", "-s", "DOWNLOAD_DELAY=0"]
    scrapy = [sys.executable, "-m", "scrapy"]
    listed = subprocess.run([*scrapy, "list", *options], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(listed.stdout.split()) == {*load_sources(), "newcomer"}
    subprocess.run([*scrapy, "crawl", "newcomer", *options], cwd=ROOT, capture_output=True, check=True, timeout=60)
    from db import Store

    store = Store(database)
    assert [row["title"] for row in store.rows("SELECT title FROM articles")] == ["이름으로 부른 글"]
    store.close()
