"""Well-known products that read like organisations; a product is no party (annotation guide)."""

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
