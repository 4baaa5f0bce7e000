"""The demo newsroom: its stories are sound, its servers answer as real ones, and the real spiders read it exactly."""

import html
import http.client
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler import crawl
from crawler.source import SourceError
from db import Store
from jehyu.demo import Newsroom
from jehyu.demo.stories import KST, STORIES
from nlp.corpus import load_story, read_corpus

Answer = tuple[http.client.HTTPResponse, bytes]

# The newsroom is ours: nobody is spared by waiting between requests.
UNHURRIED = {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False}


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(first_port=0) as running:
        yield running


def ask(url: str, method: str = "GET", **headers: str) -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def words(text: str) -> str:
    return " ".join(text.split())


# -- the stories ------------------------------------------------------------------------------------------------------


def test_stories_follow_the_corpus_format_and_are_many_enough() -> None:
    rows = list(read_corpus(STORIES))
    assert len(rows) >= 66
    languages = Counter(row["lang"] for row in rows)
    assert languages["ko"] > languages["en"] >= len(rows) // 4
    assert len(rows) // 4 <= sum(not row["events"] for row in rows) <= len(rows) // 2
    assert all(250 <= len(row["text"]) <= 2000 for row in rows)
    assert all("2025-02-01" <= row["published"] <= "2025-06-30" for row in rows)


@pytest.mark.parametrize("path", sorted(STORIES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_mention_of_the_cast_is_marked(path: Path) -> None:
    story = load_story(path)
    names = [name for organization in story.organizations.values() for name in organization.names]
    for article in story.articles:
        unmarked = re.sub(r"⟦[^⟧]*⟧", "⟦⟧", f"{article.title}\n{article.text}")
        missed = [name for name in names if re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", unmarked)]
        assert not missed, f"{article.id}: {missed} stand without a mark"


def test_the_founding_partnerships_are_told_by_several_outlets_on_several_days() -> None:
    told: dict[str, list[tuple[str, str]]] = {}
    for row in read_corpus(STORIES):
        for event in row["events"]:
            if event["new"]:
                told.setdefault(event["event"], []).append((row["outlet"], row["published"]))
    for event in ("kakao-openai", "skt-datacenter", "lgu-google", "kt-ms-ax-center", "navercloud-nvidia"):
        outlets, days = zip(*told[event], strict=True)
        assert len(set(outlets)) >= 3 and len(set(days)) >= 2, event


# -- the servers ------------------------------------------------------------------------------------------------------


def test_every_story_is_served_whole_by_its_outlet(newsroom: Newsroom) -> None:
    charsets = {outlet.id: outlet.charset for outlet in newsroom.outlets}
    for story in newsroom.stories:
        response, body = ask(newsroom.url(story))
        assert response.status == 200
        page = html.unescape(body.decode(charsets[story.outlet]))
        for paragraph in story.paragraphs:
            assert paragraph in page or json.dumps(paragraph)[1:-1].encode() in body, story.id


def test_a_page_asked_for_again_is_not_sent_again(newsroom: Newsroom) -> None:
    feed = newsroom.bases["saebyeok"] + "/rss/allArticle.xml"
    first, body = ask(feed)
    assert body
    for condition, validator in (("If_None_Match", "ETag"), ("If_Modified_Since", "Last-Modified")):
        again, empty = ask(feed, **{condition: first.getheader(validator) or ""})
        assert (again.status, empty) == (304, b"")
        assert again.getheader("ETag") == first.getheader("ETag")
    assert ask(feed, If_None_Match='"older"')[0].status == 200
    assert ask(feed, If_Modified_Since="not a date")[0].status == 200


def test_servers_answer_as_sites_do(newsroom: Newsroom) -> None:
    base = newsroom.bases["saebyeok"]
    story = next(story for story in newsroom.stories if story.outlet == "saebyeok")
    page, body = ask(newsroom.url(story))
    tracked, same = ask(newsroom.url(story) + "&utm_source=rss")
    assert (tracked.status, same) == (200, body)
    mobile, _ = ask(f"{base}/news/articleViewAmp.html?idxno={story.serial}")
    assert (mobile.status, mobile.getheader("Location")) == (301, newsroom.url(story))
    head, nothing = ask(newsroom.url(story), "HEAD")
    assert (head.getheader("Content-Length"), nothing) == (str(len(body)), b"")
    assert ask(f"{base}/news/articleView.html?idxno=1")[0].status == 404
    assert page.getheader("ETag")


def test_one_outlet_writes_in_the_old_korean_charset(newsroom: Newsroom) -> None:
    _, body = ask(newsroom.bases["doore"] + "/Section901.xml")
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    assert body.startswith(b"<?xml version='1.0' encoding='euc-kr' ?>")
    # A syllable that CP949 has and EUC-KR, which everybody declares, has not.
    pages = [ask(newsroom.url(story))[1] for story in newsroom.stories if story.outlet == "doore"]
    assert any("똠" in page.decode("cp949") for page in pages)


def test_pages_carry_the_furniture_of_real_ones(newsroom: Newsroom) -> None:
    story = next(story for story in newsroom.stories if story.outlet == "saebyeok")
    page = ask(newsroom.url(story))[1].decode()
    for furniture in "figcaption", "@saebyeoktech.example", "AI학습 및 활용 금지", "관련기사", "og:title", "googletag":
        assert furniture in page


def test_addresses_stay_the_same_from_run_to_run() -> None:
    def addresses() -> list[str]:
        with Newsroom(first_port=0) as running:
            return [running.url(story).split("/", 3)[3] for story in running.stories]

    assert addresses() == addresses()


def test_a_taken_port_is_named(newsroom: Newsroom) -> None:
    taken = int(newsroom.bases["saebyeok"].rpartition(":")[2])
    with pytest.raises(OSError, match=f"127.0.0.1:{taken}.*[Ss]top it"):
        Newsroom(first_port=taken).start()


def test_sources_are_those_that_are_on_unless_named(newsroom: Newsroom) -> None:
    on = {source.id for source in newsroom.sources()}
    assert on == {story.outlet for story in newsroom.stories}
    assert [source.id for source in newsroom.sources("portal")] == ["portal"]
    with pytest.raises(SourceError, match="nobody"):
        newsroom.sources("nobody")


# -- the spiders ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crawled(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database after one crawl of every outlet that is on."""
    with closing(Store(tmp_path_factory.mktemp("demo") / "jehyu.db")) as store:
        crawl(store, newsroom.sources(), settings=UNHURRIED)
        yield store


def articles(store: Store) -> dict[str, dict[str, Any]]:
    """All articles stored, by address, with their text."""
    rows = store.rows("SELECT * FROM articles")
    return {row["url"]: {**row, "text": store.article_text(row["id"])} for row in rows}


def test_spiders_read_every_story_exactly(newsroom: Newsroom, crawled: Store) -> None:
    found = articles(crawled)
    assert set(found) == {newsroom.url(story) for story in newsroom.stories}
    for story in newsroom.stories:
        article = found[newsroom.url(story)]
        assert article["state"] == "fetched", article["failure_detail"]
        assert article["title"] == story.title
        assert words(article["text"]) == words(story.text), story.id
        assert datetime.fromisoformat(article["published_at"]).astimezone(KST).date() == story.day, story.id
        assert article["lang"] == story.lang
        assert article["source_id"] == story.outlet


def test_a_second_crawl_fetches_no_article_and_changes_nothing(newsroom: Newsroom, crawled: Store) -> None:
    before, asked = articles(crawled), newsroom.requests.copy()
    reports = crawl(crawled, newsroom.sources(), settings=UNHURRIED)
    assert sum(report.new + report.changed + report.failed for report in reports) == 0
    assert articles(crawled) == before
    again = newsroom.requests - asked
    pages = {
        (story.outlet, newsroom.url(story).removeprefix(newsroom.bases[story.outlet])) for story in newsroom.stories
    }
    assert not [key for key in again if key[:2] in pages]


def test_robots_are_obeyed(newsroom: Newsroom, crawled: Store, tmp_path: Path) -> None:
    with closing(Store(tmp_path / "portal.db")) as store:
        crawl(store, newsroom.sources("portal"), settings=UNHURRIED)
        assert articles(store) == {}
    asked = {target for outlet, target, _ in newsroom.requests if outlet == "portal"}
    assert asked == {"/robots.txt"}
    # Links into forbidden places stand in the menus of the others.
    forbidden = ("/admin/", "/search/", "/wp-admin/", "/common/", "/api/")
    assert not [target for _, target, _ in newsroom.requests if target.startswith(forbidden)]
