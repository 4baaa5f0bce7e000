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
from crawler.urls import canonical_url

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


# Desktop, mobile, AMP, print, portal and former forms of one article's address, as outlets use them.
VARIANTS = {
    "bloter": [
        "www.bloter.net/news/articleView.html?idxno=670006",
        "m.bloter.net/news/articleView.html?idxno=670006",
        "www.bloter.net/news/articleViewAmp.html?idxno=670006",
        "www.bloter.net/news/articlePrint.html?idxno=670006",
        "www.bloter.net/news/articleView.html?page=2&idxno=670006&replyAll=",
    ],
    "etnews": [
        "www.etnews.com/20260804000053",
        "m.etnews.com/20260804000053?obj=Tzo4",
        "www.etnews.com/amp/20260804000053",
        "www.etnews.com/news/article.html?id=20260804000053",
    ],
    "asiae": [
        "www.asiae.co.kr/article/2026081114504825357",
        "cm.asiae.co.kr/article/2026081114504825357",
        "view.asiae.co.kr/news/view.htm?idxno=2026081114504825357",
        "cm.asiae.co.kr/ampview.htm?no=2026081114504825357",
        "www.asiae.co.kr/article/it-science/2026081114504825357",
    ],
    "yna": [
        "www.yna.co.kr/view/AKR20211122074000002",
        "m.yna.co.kr/view/AKR20211122074000002?section=industry/all",
        "www.yna.co.kr/amp/view/AKR20211122074000002",
        "www.yna.co.kr/view/AKR20211122074000002?input=1195m",
    ],
    "newsis": [
        "www.newsis.com/view/NISX20260715_0003712345",
        "newsis.com/view/NISX20260715_0003712345",
        "mobile.newsis.com/view.html?ar_id=NISX20260715_0003712345",
        "www.newsis.com/view/?id=NISX20260715_0003712345&cID=10401",
    ],
    "donga": [
        "www.donga.com/news/article/all/20260727/134372263/1",
        "www.donga.com/news/It/article/all/20260727/134372263/2",
        "news.donga.com/3/all/20260727/134372263/1",
        "m.donga.com/news/article/all/20260727/134372263/1",
    ],
    "khan": [
        "www.khan.co.kr/article/202601061054001",
        "m.khan.co.kr/view.html?art_id=202601061054001",
        "biz.khan.co.kr/khan_art_view.html?artid=202601061054001&code=930100",
    ],
    "sedaily": [
        "www.sedaily.com/NewsView/1S7ATY29FF",
        "m.sedaily.com/NewsViewAmp/1S7ATY29FF",
        "www.sedaily.com/NewsView/1S7ATY29FF/GD01?OutLink=dynews",
    ],
    "edaily": [
        "www.edaily.co.kr/News/Read?newsId=01315286619442128&mediaCodeNo=257",
        "m.edaily.co.kr/news/read?newsId=01315286619442128",
    ],
    "naver": [
        "n.news.naver.com/mnews/article/092/0002412345?sid=105",
        "n.news.naver.com/article/092/0002412345",
        "news.naver.com/main/read.nhn?mode=LSD&mid=sec&sid1=105&oid=092&aid=0002412345",
        "m.news.naver.com/read.naver?aid=0002412345&oid=092",
    ],
    "chosunbiz": [
        "biz.chosun.com/it-science/ict/2021/11/22/ZSIJL2ORERBX3GV2QNFHKG4554/?outputType=amp",
        "biz.chosun.com/it-science/ict/2021/11/22/ZSIJL2ORERBX3GV2QNFHKG4554",
    ],
    "ajupress": ["www.ajunews.com/view/20190704072752092", "m.ajunews.com/amp/20190704072752092"],
    "platum": ["platum.kr/archives/250123", "www.platum.kr/archives/250123/amp", "platum.kr/?p=250123"],
    "byline": ["byline.network/2026/06/22-573/", "byline.network/2026/06/22-573?fbclid=x"],
}


@pytest.mark.parametrize("name", VARIANTS)
def test_all_addresses_of_an_article_are_one(name: str) -> None:
    source = load_sources()[name]
    folded = {canonical_url(f"https://{address}", source) for address in VARIANTS[name]}
    assert len(folded) == 1
    (address,) = folded
    assert canonical_url(address, source) == address
    assert source.is_article(address)


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
