"""Products that read like organisations; a product is no party (annotation guide)."""

import re
from functools import cache
from importlib.resources import files

from nlp.places import is_place

PRODUCTS = "products.txt"
_MODEL = re.compile(r"(?<=..)[\s-]?[A-Z]{0,2}\d[\w.+-]*$")  # `갤럭시 S26`, `GPT-5.2`


@cache
def _products() -> frozenset[str]:
    lines = (files("nlp") / "data" / PRODUCTS).read_text(encoding="utf-8").splitlines()
    return frozenset(_key(line) for line in lines if line and not line.startswith("#"))


def _key(name: str) -> str:
    return "".join(name.split()).casefold()


def is_product(name: str) -> bool:
    """Whether `name` is a product, with the number of its model or without."""
    return _key(name) in _products() or _key(_MODEL.sub("", name)) in _products()


_PRODUCT_BEFORE = re.compile(
    r"(?:솔루션|서비스|치료제|신약|의약품|앱|애플리케이션|브랜드|게임|신작|제품|모델|프로그램|캠페인|시리즈)(?:인)?\s?['‘“\"]$"
)

# `자사 고급 브랜드 가나`, `나래식품의 어린이식 브랜드 가나`, but not `이탈리아의 패션 브랜드 가나`.
_OWN_BRAND_BEFORE = re.compile(
    r"(?:자사|자체|(?<![가-힣])(?P<owner>[가-힣A-Za-z0-9&]+)의)\s(?:[^\s,.]{1,8}\s){0,3}브랜드(?:인)?\s['‘“\"]?$"
)
_PERFORMER_BEFORE = re.compile(r"(?:걸그룹|보이그룹|아이돌(?:\s?그룹)?|인기 그룹|록밴드)\s['‘“\"]?$")
# `Gana, its conjugation technology,`, `Gana, a software tool`, `Gana dystrophy`.
_THING = (
    r"(?:technology|software|product|tool|drug|therapy|treatment|vaccine|device|robot|chip|processor|model|"
    r"game|engine|suite|algorithm|reagent|compound|antibody|kit)\b"
)
_PRODUCT_AFTER_EN = re.compile(
    rf"[”\"]?,?\s(?:its|the\scompany['’]s|the\sfirm['’]s)\s(?:[\w-]+\s){{0,4}}?{_THING}"
    rf"|[”\"]?,\san?\s(?:[\w-]+\s){{0,3}}?{_THING}(?=[,.;]|\s(?:that|which|for|to|of|from|made|built|developed|sold)\b)"
    r"|\s(?:disease|syndrome|dystrophy|virus|anemia|lymphoma)\b"
)


def is_called_product(name: str, full: str) -> bool:
    """Whether the text says anywhere that `name` is a product or a thing, somebody's own brand, or performers.

    `AI 세금 솔루션 '가나'`, `자사 브랜드 가나`, `걸그룹 가나`; `Gana, its software`, `Gana disease`.
    """
    places = [match.span() for match in re.finditer(re.escape(name), full)]
    if name.isascii() and any(_PRODUCT_AFTER_EN.match(full, end) for _, end in places):
        return True
    return any(_is_introduced_as_product(full, start) for start, _ in places)


def _is_introduced_as_product(full: str, place: int) -> bool:
    if any(pattern.search(full, max(0, place - 12), place) for pattern in (_PRODUCT_BEFORE, _PERFORMER_BEFORE)):
        return True
    brand = _OWN_BRAND_BEFORE.search(full, max(0, place - 48), place)
    return brand is not None and not is_place(brand["owner"] or "")
