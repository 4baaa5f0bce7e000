"""Words for the codes in the database, in English and Korean."""

from collections.abc import Mapping

DATABASE = "jehyu"
"""The name of the database in addresses, whatever its file is called."""

Words = tuple[str, str]

KINDS: Mapping[str, Words] = {
    "alliance": ("Alliance", "제휴·협력"),
    "mou": ("MOU", "업무협약"),
    "joint_venture": ("Joint venture", "합작법인"),
    "joint_development": ("Joint development", "공동개발"),
    "supply": ("Supply", "공급 계약"),
    "adoption": ("Adoption", "기술 도입"),
    "license": ("License", "라이선스"),
    "distribution": ("Distribution", "유통·판매"),
    "investment": ("Investment", "투자"),
    "acquisition": ("Acquisition", "인수"),
    "consortium": ("Consortium", "컨소시엄"),
    "other": ("Other", "기타"),
}
STATUSES: Mapping[str, Words] = {
    "signed": ("Signed", "체결"),
    "announced": ("Announced", "발표"),
    "planned": ("Planned", "예정"),
    "talks": ("In talks", "논의 중"),
    "rumoured": ("Rumoured", "소문"),
    "ended": ("Ended", "종료"),
    "denied": ("Denied", "부인"),
}
TYPES: Mapping[str, Words] = {
    "company": ("Company", "기업"),
    "university": ("University", "대학"),
    "government": ("Government", "정부·공공"),
    "institute": ("Institute", "연구기관"),
    "association": ("Association", "협회"),
    "hospital": ("Hospital", "병원"),
    "other": ("Other", "기타"),
}
REVIEWS: Mapping[str, Words] = {
    "confirmed": ("Confirmed by a person", "사람이 확인함"),
    "rejected": ("Rejected by a person", "사람이 제외함"),
    "corrected": ("Corrected by a person", "사람이 고침"),
}
ACTIONS: Mapping[str, Words] = {
    "confirm": ("confirmed it", "맞다고 확인"),
    "reject": ("took it out", "틀려서 제외"),
    "correct": ("corrected", "고침:"),
    "merge": ("merged", "합침"),
    "split": ("split off reports", "보도를 나눔"),
    "add_alias": ("added a name", "이름 추가"),
}
TARGETS: Mapping[str, Words] = {
    "kind": ("kind", "종류"),
    "status": ("state", "상태"),
    "date": ("date", "날짜"),
    "party": ("party", "당사자"),
}
"""What a correction corrects."""
REASONS: Mapping[str, Words] = {
    "first report": ("first report", "첫 보도"),
    "later report": ("later report", "후속 보도"),
}
"""Why a deal's history has a step."""
RUN_OUTCOMES: Mapping[str, Words] = {
    "ok": ("All well", "정상"),
    "nothing_new": ("Nothing new", "새 기사 없음"),
    "partial": ("Partly failed", "일부 실패"),
    "broken": ("Broken", "수집 불가"),
    "failed": ("Failed", "실패"),
    "not_run": ("Not run", "실행 안 함"),
    "interrupted": ("Interrupted", "중단됨"),
    "refused": ("Refused", "거절됨"),
}
"""How a run, or an outlet in a run, fared."""
SECTORS: Mapping[str, Words] = {
    "aerospace": ("Aerospace", "항공우주"),
    "agriculture": ("Agriculture", "농업"),
    "ai": ("AI", "인공지능"),
    "auto": ("Automotive", "자동차"),
    "bank": ("Banking", "은행"),
    "battery": ("Battery", "배터리"),
    "beauty": ("Beauty", "뷰티"),
    "bio": ("Biotech", "바이오"),
    "chemical": ("Chemicals", "화학"),
    "cloud": ("Cloud", "클라우드"),
    "construction": ("Construction", "건설"),
    "consulting": ("Consulting", "컨설팅"),
    "crypto": ("Crypto", "가상자산"),
    "defence": ("Defence", "방산"),
    "display": ("Display", "디스플레이"),
    "education": ("Education", "교육"),
    "electronics": ("Electronics", "전자"),
    "energy": ("Energy", "에너지"),
    "environment": ("Environment", "환경"),
    "fashion": ("Fashion", "패션"),
    "finance": ("Finance", "금융"),
    "fintech": ("Fintech", "핀테크"),
    "food": ("Food", "식품"),
    "game": ("Games", "게임"),
    "government": ("Government", "정부"),
    "health": ("Health", "헬스케어"),
    "holding": ("Holding", "지주"),
    "insurance": ("Insurance", "보험"),
    "internet": ("Internet", "인터넷"),
    "it": ("IT services", "IT 서비스"),
    "logistics": ("Logistics", "물류"),
    "machinery": ("Machinery", "기계"),
    "materials": ("Materials", "소재"),
    "media": ("Media", "미디어"),
    "medical": ("Medical devices", "의료기기"),
    "mobility": ("Mobility", "모빌리티"),
    "paper": ("Paper", "제지"),
    "pharma": ("Pharma", "제약"),
    "realestate": ("Real estate", "부동산"),
    "research": ("Research", "연구"),
    "retail": ("Retail", "유통"),
    "robot": ("Robotics", "로봇"),
    "security": ("Security", "보안"),
    "semiconductor": ("Semiconductor", "반도체"),
    "service": ("Services", "서비스"),
    "shipbuilding": ("Shipbuilding", "조선"),
    "software": ("Software", "소프트웨어"),
    "sports": ("Sports", "스포츠"),
    "steel": ("Steel", "철강"),
    "telecom": ("Telecom", "통신"),
    "trade": ("Trading", "상사"),
    "travel": ("Travel", "여행"),
    "vc": ("Venture capital", "벤처캐피털"),
}
COUNTRIES: Mapping[str, Words] = {
    "KR": ("Korea", "한국"),
    "US": ("USA", "미국"),
    "CN": ("China", "중국"),
    "JP": ("Japan", "일본"),
    "TW": ("Taiwan", "대만"),
    "SG": ("Singapore", "싱가포르"),
    "IN": ("India", "인도"),
    "VN": ("Vietnam", "베트남"),
    "ID": ("Indonesia", "인도네시아"),
    "TH": ("Thailand", "태국"),
    "MY": ("Malaysia", "말레이시아"),
    "AU": ("Australia", "호주"),
    "GB": ("UK", "영국"),
    "DE": ("Germany", "독일"),
    "FR": ("France", "프랑스"),
    "NL": ("Netherlands", "네덜란드"),
    "SE": ("Sweden", "스웨덴"),
    "FI": ("Finland", "핀란드"),
    "CH": ("Switzerland", "스위스"),
    "IT": ("Italy", "이탈리아"),
    "ES": ("Spain", "스페인"),
    "CA": ("Canada", "캐나다"),
    "IL": ("Israel", "이스라엘"),
    "AE": ("UAE", "아랍에미리트"),
    "SA": ("Saudi Arabia", "사우디아라비아"),
    "QA": ("Qatar", "카타르"),
    "HK": ("Hong Kong", "홍콩"),
    "RU": ("Russia", "러시아"),
    "BR": ("Brazil", "브라질"),
}
COLUMNS: Mapping[str, Words] = {
    "announced_on": ("Day", "날짜"),
    "article": ("Article", "기사"),
    "articles": ("Articles", "기사 수"),
    "changed_at": ("Changed", "바뀐 때"),
    "company": ("Company", "기업"),
    "confidence": ("Confidence", "확신도"),
    "date": ("Day", "날짜"),
    "deals": ("Deals", "거래 수"),
    "event_id": ("Deal", "거래"),
    "evidence": ("Evidence", "근거 문장"),
    "first_on": ("First", "처음"),
    "first_seen_at": ("First seen", "처음 수집"),
    "kind": ("Kind", "종류"),
    "last_on": ("Latest", "최근"),
    "newest_at": ("Newest article", "최근 기사"),
    "outlet": ("Outlet", "매체"),
    "outlet_count": ("Outlets", "매체 수"),
    "partner": ("Partner", "파트너"),
    "partner_country": ("Country", "국가"),
    "signed_on": ("Day", "날짜"),
    "status": ("State", "상태"),
    "title": ("Parties", "당사자"),
    "url": ("Article", "기사"),
}
"""The columns of the saved questions."""


def reason(text: str, korean: bool) -> str:
    """Why a step stands in a deal's history; what it was reported as is the step itself."""
    return word(REASONS, "later report" if text.startswith("reported as ") else text, korean)


def word(words: Mapping[str, Words], code: str | None, korean: bool) -> str:
    """The word for `code`; a code without one stands for itself."""
    found = words.get(code or "")
    return found[korean] if found else (code or "")
