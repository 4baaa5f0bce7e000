"""Products that read like organisations; a product is no party (annotation guide)."""

import re

from nlp.places import is_place

PRODUCTS = frozenset({
    "alexa", "android", "azure", "bedrock", "bixby", "blackwell", "chatgpt",
    "claude", "copilot", "cuda", "dall-e", "exaone", "facebook", "galaxy",
    "geforce", "gemini", "gpt", "gpt-4", "gpt-4o", "gpt-5", "hyperclova",
    "instagram", "iphone", "kakaotalk", "llama", "omniverse", "siri", "sora",
    "vertex", "whatsapp", "windows", "youtube", "갤럭시", "라마", "베드록", "블랙웰", "빅스비",
    "소라", "시리", "아이폰", "안드로이드", "애저", "엑사원", "옴니버스", "윈도우", "유튜브", "인스타그램",
    "제미나이", "지포스", "챗gpt", "카카오톡", "코파일럿", "쿠다", "클로드", "페이스북", "하이퍼클로바",
})  # fmt: skip


def is_product(name: str) -> bool:
    return name.casefold() in PRODUCTS


_PRODUCT_BEFORE = re.compile(
    r"(?:솔루션|서비스|치료제|신약|의약품|앱|애플리케이션|브랜드|게임|신작|제품|모델|프로그램|캠페인|시리즈)(?:인)?\s?['‘“\"]$"
)

# `자사 고급 브랜드 가나`, `나래식품의 어린이식 브랜드 가나`, but not `이탈리아의 패션 브랜드 가나`.
_OWN_BRAND_BEFORE = re.compile(
    r"(?:자사|자체|(?<![가-힣])(?P<owner>[가-힣A-Za-z0-9&]+)의)\s(?:[^\s,.]{1,8}\s){0,3}브랜드(?:인)?\s['‘“\"]?$"
)
_PERFORMER_BEFORE = re.compile(r"(?:걸그룹|보이그룹|아이돌(?:\s?그룹)?|인기 그룹|록밴드)\s['‘“\"]?$")


def is_called_product(name: str, full: str) -> bool:
    """Whether the text says anywhere that `name` is a product, somebody's own brand, or performers.

    `AI 세금 솔루션 '가나'`, `자사 브랜드 가나`, `걸그룹 가나`.
    """
    places = [match.start() for match in re.finditer(re.escape(name), full)]
    return any(_is_introduced_as_product(full, place) for place in places)


def _is_introduced_as_product(full: str, place: int) -> bool:
    if any(pattern.search(full, max(0, place - 12), place) for pattern in (_PRODUCT_BEFORE, _PERFORMER_BEFORE)):
        return True
    brand = _OWN_BRAND_BEFORE.search(full, max(0, place - 48), place)
    return brand is not None and not is_place(brand["owner"] or "")
