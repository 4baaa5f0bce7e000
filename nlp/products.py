"""Products that read like organisations; a product is no party (annotation guide)."""

import re

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


def is_called_product(name: str, full: str) -> bool:
    """Whether the text puts a product's kind and a quotation mark before `name` anywhere: `AI 세금 솔루션 '가나'`."""
    places = [match.start() for match in re.finditer(re.escape(name), full)]
    return any(_PRODUCT_BEFORE.search(full, max(0, place - 12), place) for place in places)
