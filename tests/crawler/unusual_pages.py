"""One article, written by us, in page layouts that no declaration knows."""

from __future__ import annotations

import json
from html import escape

TITLE = "한빛로보틱스, 노스스타와 물류 로봇 함께 만든다"
TEXT = (
    "한빛로보틱스는 미국 노스스타와 물류 로봇을 함께 개발하기로 했다고 4일 밝혔다.",
    "두 회사는 올해 하반기까지 시제품을 만들고 국내 물류센터 두 곳에서 시험할 계획이다. "
    "시험이 끝나면 내년부터 북미 창고에 로봇을 들인다.",
    "노스스타는 창고 지도를 만드는 소프트웨어를, 한빛로보틱스는 팔과 바퀴를 맡는다. 비용은 절반씩 나눈다.",
    '한빛로보틱스 관계자는 "현장에서 쓰이는 로봇을 내놓겠다"며 '
    '"값은 사람 한 명의 한 해 품삯을 넘지 않게 하겠다"고 말했다.',
    "업계는 물류 로봇 시장이 해마다 두 자릿수로 자랄 것으로 본다. "
    "다만 규제와 안전 기준이 아직 정해지지 않은 것은 걸림돌이다.",
    "회사는 다음 달 열리는 전시회에서 첫 시제품을 공개한다.",
)
_OTHERS = (
    "바다전자, 새 배터리 공장 문 연다", "들꽃소프트, 협업 도구 3.0 출시", "산마루통신, 3분기 영업이익 늘어",
    "하늘모빌리티, 배달 로봇 시범 운행", "정부, 로봇 안전 기준 손본다",
)  # fmt: skip
_STAMP = "2025-03-04 09:30"
_P = [escape(line) for line in TEXT]
_LINKS = "".join(f'<li><a href="/news/{n}">{title}</a></li>' for n, title in enumerate(_OTHERS))
_FOOT = (
    "<div>상호: 시험신문 | 대표: 홍길동 | 등록번호: 서울 아00000 | 주소: 서울시 어느 구 어느 길 1</div>"
    "<p>Copyright © 시험신문. All rights reserved.</p>"
)


def _page(body: str, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>{TITLE} - 시험신문</title>'
        f'<meta property="og:title" content="{TITLE}">{head}</head><body>{body}</body></html>'
    )


_SPANS = "".join(f"<span>{line}</span><br><br>" for line in _P)
_MENU = (
    '<table><tr><td><a href="/">처음</a></td><td><a href="/it">IT</a></td><td><a href="/ai">AI</a></td></tr></table>'
)
_PARAGRAPHS = "".join(f"<p>{line}</p>" for line in _P)
_NEXT_ARTICLE = "".join(f"<p>{title}. 이 소식은 다음 기사에서 이어지는 다른 이야기다.</p>" for title in _OTHERS)
_DATA = {"props": {"pageProps": {"news": {"title": TITLE, "html": _PARAGRAPHS, "regdate": _STAMP}}}}

PAGES = {
    "tables": _page(
        f'{_MENU}<table width="900"><tr><td width="160"><ul>{_LINKS}</ul></td><td><table><tr><td><font size="5">'
        f"<b>{TITLE}</b></font></td></tr><tr><td align=right>입력 : {_STAMP}</td></tr>"
        f"<tr><td>{_SPANS}</td></tr></table></td>"
        f"<td><b>많이 본 뉴스</b><ul>{_LINKS}</ul></td></tr></table>{_FOOT}"
    ),
    "bare lines": _page(f"<h2>{TITLE}</h2>등록 {_STAMP}<hr>" + "<br><br>".join(_P) + f"<hr><ul>{_LINKS}</ul>{_FOOT}"),
    "divs without names": _page(
        f"<div><div><ul>{_LINKS}</ul></div><div><div>{TITLE}</div><div>{_STAMP}</div>"
        + "".join(f"<div>{line}</div>" for line in _P)
        + f"</div><div><div>관련기사</div><ul>{_LINKS}</ul></div></div>{_FOOT}"
    ),
    "endless": _page(
        f'<div class="feed"><section data-n="1"><h1>{TITLE}</h1><time datetime="2025-03-04T09:30:00+09:00"></time>'
        f'<div class="txt">{_PARAGRAPHS}</div></section><section data-n="2"><h1>{_OTHERS[0]}</h1>'
        f'<div class="txt">{_NEXT_ARTICLE}</div></section></div>{_FOOT}'
    ),
    "amp": (
        f'<!doctype html><html ⚡ lang="ko"><head><meta charset="utf-8"><title>{TITLE}</title>'
        '<link rel="canonical" href="https://press.example/news/12345"><style amp-boilerplate>body{}</style></head>'
        "<body>"
        f'<amp-sidebar id="side"><ul>{_LINKS}</ul></amp-sidebar><header>시험신문</header><main><h1>{TITLE}</h1>'
        f'<p class="date">입력 {_STAMP}</p><amp-img src="a.jpg" alt="사진"></amp-img>'
        f'<div class="amp-body">{_PARAGRAPHS}</div>'
        f'<amp-ad></amp-ad><ul class="rel">{_LINKS}</ul></main><footer>{_FOOT}</footer></body></html>'
    ),
    "definition list": _page(
        f"<dl><dt>{TITLE}</dt><dd>작성일 {_STAMP}</dd>" + "".join(f"<dd>{line}</dd>" for line in _P) + f"</dl>{_FOOT}"
    ),
    "script data": _page(
        '<div id="__next"></div><script id="__NEXT_DATA__" type="application/json">'
        + json.dumps(_DATA, ensure_ascii=False)
        + "</script>"
    ),
    "frames of advertisement": _page(
        f"<h1>{TITLE}</h1><p>{_STAMP}</p>"
        + "".join(
            f'{p}<div class="adsense"><ins>광고</ins><a href="/x">지금 사면 반값</a></div>'
            for p in map("<p>{}</p>".format, _P)
        )
        + f"<ul>{_LINKS}</ul>{_FOOT}"
    ),
}
