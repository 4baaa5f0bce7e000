"""Pages and feeds for tests, written by us."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from crawler import Source, parse_sources

SENTENCES = (
    "한빛로보틱스는 미국 노스스타와 물류 로봇을 함께 개발하기로 했다고 밝혔다.",
    "두 회사는 올해 하반기까지 시제품을 만들고 국내 물류센터 두 곳에서 시험할 계획이다.",
    '한빛로보틱스 관계자는 "현장에서 쓰이는 로봇을 내놓겠다"고 말했다.',
)


def article(title: str, sentences: Sequence[str] = SENTENCES, published: str = "2025-03-04T09:30:00+09:00") -> str:
    """An article's page in the ndsoft layout, with the furniture such pages carry."""
    paragraphs = "".join(f"<p>{escape(s)}</p>" for s in sentences)
    return f"""<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>{escape(title)} - 시험신문</title>
<meta property="og:title" content="{escape(title)}"><meta property="og:type" content="article">
<meta property="article:published_time" content="{published}"></head><body>
<ul><li><a href="/">처음</a></li><li><a href="/news/articleList.html">전체기사</a></li></ul>
<h3 class="heading">{escape(title)}</h3><ul class="info-text"><li>입력 2025.03.04 09:30</li></ul>
<article id="article-view-content-div"><figure><figcaption>사진=시험신문</figcaption></figure>{paragraphs}
<p>홍길동 기자 hong@example.com</p><p>저작권자 © 시험신문 무단전재 및 재배포, AI학습 및 활용 금지</p></article>
<div>관련기사</div><ul><li><a href="/news/articleView.html?idxno=1">다른 기사</a></li></ul></body></html>"""


def feed(base: str, numbers: Sequence[int], when: str = "2025-03-04 09:30:00") -> str:
    """An ndsoft feed: times without zone."""
    items = "".join(
        f"<item><title>기사 {n}</title><link>{base}/news/articleView.html?idxno={n}</link>"
        f"<description>요약</description><pubDate>{when}</pubDate></item>"
        for n in numbers
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>시험신문</title>{items}</channel></rss>"
    )


def declare(base: str, family: str = "ndsoft", more: str = "") -> Source:
    """A source at `base`; `more` are further lines of its entry."""
    lines = f'[source.test]\nfamily = "{family}"\nname = "시험신문"\nname_en = "Test"\nhome = "{base}"\n{more}\n'
    return parse_sources(lines, "test.toml")[0]
