"""Names of organisations that the company table lacks, in English text: capitalised runs, and what stands around them."""

# ruff: noqa: E501 (patterns are lists of words; broken lines would hide them)

import re
from collections.abc import Iterable, Iterator, Sequence

from nlp.places import is_place
from nlp.products import is_called_product, is_product
from nlp.sentences import Sentence

_TOKEN = r"(?:[A-ZÀ-Þ][A-Za-zÀ-ÿ0-9’'&+\-]*|[a-z]{1,3}[A-Z][A-Za-z0-9]+|\d+[A-Z][A-Za-z]+)(?:\.(?:ai|io|com|ly|co|AI|TV|net|org))?"
_RUN = re.compile(
    rf"{_TOKEN}(?:(?:\s(?:of|for|and|&|the|de|du|la)(?:\sthe)?(?=\s[A-Z])|,(?=\s(?:Inc|Ltd|LLC|Co|Corp)\b))?\s{_TOKEN})*(?:,?\s(?:Inc|Ltd|Co|Corp)\.)*"
)
_LEGAL = re.compile(
    r",?\s(?:Inc|Ltd|LLC|Corp|Corporation|Co|Limited|PLC|GmbH|AG|SA|Pte|Holdings|Group)\.?(?:,?\sLtd\.?)?$"
)
_SUFFIX = re.compile(
    r"\b(?:Inc|Corp|Corporation|Co|Ltd|LLC|Limited|Group|Holdings|Technologies|Technology|Tech|Labs?|Systems|Solutions|Software|Networks?|Partners|Ventures|"
    r"Capital|Investments?|Securities|Bank|Insurance|Financial|Pharma|Pharmaceuticals|Therapeutics|Bio|Biotech|Biosciences|Biologics|Medical|Health|Healthcare|"
    r"Robotics|Energy|Electronics|Electric|Motors?|Mobility|Semiconductors?|Materials|Chemical|Chem|Steel|Heavy Industries|Industries|Engineering|Construction|"
    r"Entertainment|Games|Studios?|Media|Cloud|Telecom|Airlines|Air|Logistics|Foods?|University|Institute|College|Hospital|Center|Association|Foundation|Council|"
    r"Ministry|Agency|Authority|Commission|Government|City|AI|Interactive|Global|International|Korea|Aerospace|Space|Digital|Games|Exchange|Chain|Protocol|DAO|"
    r"Organi[sz]ation|Federation|Fund|Trust|Metals|Minerals|Mining|Forum|Lines|Club|Shipping|Shipbuilding|Aviation|Airways)\.?$"
)
_TYPES = (
    ("university", r"\b(?:University|College|Polytechnic|KAIST|UNIST|POSTECH|School)\b"),
    ("hospital", r"\b(?:Hospital|Medical Center|Clinic)\b"),
    ("institute", r"\b(?:Institute|Laborator(?:y|ies)|Research Center)\b"),
    ("association", r"\b(?:Association|Foundation|Federation|Council|Society|Chamber|Club|Alliance|Organi[sz]ation|Fund)\b"),
    (
        "government",
        r"\b(?:Ministry|Agency|Authority|Commission|Government|City of|Department of|Administration|Metropolitan)\b",
    ),
)
_GENERIC = frozenset(
    ["The", "A", "An", "In", "On", "At", "By", "For", "From", "With", "And", "But", "Or", "If", "As", "It", "Its", "This", "That", "These", "Those", "We", "Our", "They", "Their", "He", "She", "His", "Her", "I", "You", "Your", "After", "Before", "Since", "While", "When", "Where", "Under", "Through", "During", "According", "Both", "Each", "All", "Some", "Many", "Most", "More", "Other", "Also", "However", "Meanwhile", "Moreover", "Additionally", "Earlier", "Last", "Next", "New", "About", "Today", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December", "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov", "Dec", "Korea", "Korean", "Koreans", "Seoul", "Busan", "South", "North", "Japan", "Japanese", "China", "Chinese", "Taiwan", "Taiwanese", "US", "USA", "America", "American", "Europe", "European", "Asia", "Asian", "Southeast", "UK", "British", "Germany", "German", "France", "French", "India", "Indian", "Singapore", "Vietnam", "Vietnamese", "Indonesia", "Thailand", "Malaysia", "Australia", "Australian", "Canada", "Canadian", "Israel", "Israeli", "Saudi", "Arabia", "UAE", "Dubai", "Abu", "Dhabi", "Hong", "Kong", "Tokyo", "Beijing", "Shanghai", "London", "Paris", "Berlin", "York", "California", "Silicon", "Valley", "Texas", "Arizona", "Washington", "Boston", "Francisco", "San", "Los", "Angeles", "Las", "Vegas", "Barcelona", "Spain", "Italy", "Italian", "Netherlands", "Dutch", "Switzerland", "Swiss", "Sweden", "Brazil", "Mexico", "Africa", "African", "Middle", "East", "Global", "World", "National", "International", "CEO", "CTO", "CFO", "COO", "Chairman", "President", "Chief", "Vice", "Director", "Executive", "Officer", "Founder", "Co-founder", "Mr", "Ms", "Mrs", "Dr", "Prof", "AI", "IT", "ICT", "IoT", "API", "LLM", "GPU", "NPU", "CPU", "HBM", "EV", "ESS", "MOU", "MoU", "IPO", "ESG", "R&D", "PR", "VC", "VR", "AR", "XR", "OTT", "DX", "AX", "SaaS", "B2B", "B2C", "Web3", "NFT", "DeFi", "KOSPI", "KOSDAQ", "NASDAQ", "NYSE", "CES", "MWC", "GTC", "SDK", "ETF", "SMR", "LNG", "FDA", "GDP", "CAGR", "KST", "EST", "ET", "PT", "UTC", "USD", "KRW", "Inc", "Ltd", "Corp", "Co", "Company", "Group", "Photo", "Image", "Source", "Press", "Release", "News", "Update", "Series", "Phase", "Act", "Program", "Programme", "Project", "Agreement", "Memorandum", "Understanding", "Letter", "Intent", "Contract", "Deal", "Partnership", "Alliance", "Joint", "Venture", "Investment", "Read", "Related", "Contact", "Email", "Website", "Forward-Looking", "Statements", "Statement", "Table", "Note", "Copyright", "Rights", "Reserved", "Internet", "Bitcoin", "Ethereum", "Blockchain", "Big", "Tech", "Cloud", "Data", "Software", "Platform", "Services", "Service", "Solution", "Solutions", "Technology", "Technologies", "Business", "Market", "Industry", "University", "Government", "Ministry", "Parliament", "Congress", "Senate", "Christmas", "English", "Olympics", "Game", "Games", "Head", "Senior", "Manager", "Managing", "Professor", "Minister", "Mayor", "Governor", "Additional", "Together", "Following", "Based", "Founded", "Headquartered", "Established", "Despite", "Under", "Upon", "Such", "Using", "Strategic", "Digital", "Smart", "Green", "Future", "First", "Second", "Third", "Key", "Initial", "Recently", "Currently", "Previously", "Further", "Furthermore", "Key", "Highlights", "Overview", "Background", "Why", "How", "What", "Who", "Here", "There", "Now", "Then", "Not", "No", "Yes", "Per", "Via", "Top", "Best", "Leading", "Launches", "Launch", "Signs", "Sign", "Announces", "Announce", "Partners", "Partner", "Expands", "Expand", "Joins", "Join", "Unveils", "Unveil", "Denmark", "Danish", "Norway", "Norwegian", "Finland", "Finnish", "Swedish", "Poland", "Polish", "Belgium", "Austria", "Austrian", "Portugal", "Greece", "Turkey", "Türkiye", "Turkish", "Russia", "Russian", "Ukraine", "Egypt", "Qatar", "Kuwait", "Oman", "Jordan", "Kazakhstan", "Uzbekistan", "Mongolia", "Philippines", "Philippine", "Cambodia", "Myanmar", "Bangladesh", "Pakistan", "Chile", "Peru", "Argentina", "Colombia", "Brazilian", "Mexican", "Ireland", "Irish", "Scotland", "Czech", "Czechia", "Hungary", "Hungarian", "Romania", "Kenya", "Nigeria", "Ghana", "Zealand", "Osaka", "Daejeon", "Daegu", "Incheon", "Gwangju", "Ulsan", "Sejong", "Jeju", "Pangyo", "Gangnam", "Cheongju", "Users", "Customers", "Million", "Billion", "Trillion", "Management", "Shareholders", "Investors", "Members", "Team", "Announcement", "LOI", "U.S", "U.K", "EU", "Carmaker", "Automaker", "Chipmaker", "Shipbuilder", "Drugmaker", "Steelmaker", "Retailer", "Lender", "Lenders", "Brokerage", "Insurer", "Startup", "Start-up", "Developer", "Maker", "Grocer", "Telco", "Carrier", "Builder", "Producer", "Supplier", "Manufacturer", "Publisher", "Robotaxis", "Robots", "Chips", "Production", "Rivals", "Convertible"]
)
KINDS = frozenset(
    ["Institute", "Foundation", "Association", "Council", "Agency", "Commission", "Authority", "Bank", "Fund", "Hospital", "Center", "Centre", "College", "School", "Academy", "Department", "Office", "Board", "Committee", "Corporation", "Federation", "Union", "League", "Society", "Organization", "Organisation", "Administration", "Bureau", "Laboratory", "Consortium", "Company", "State", "Province", "County", "District"]
)
"""Kinds of organisations, no names where they stand alone: `the Institute`."""
_OWNS_PLACE = re.compile(
    r"\b(?:" + "|".join(sorted(KINDS)) + r"|University|Ministry|Chamber|Church|Government|Republic|Kingdom|State|City|Port|Museum|House|Order|"
    r"Service|Forum|Network|Alliance|Coalition|Partnership)s?$"
)
_POSSESSIVE = re.compile(r"(['’]s\b\s?)")
_JOINT = re.compile(
    r"\sand\s(?!(?:Technolog|Scienc|Engineering|Research|Industr|Commerce|Trade|Touris|Planning|Culture|Sports|Finance|Energy|"
    r"Development|Material|Gas|Life|Home|Company|Sons|Communications|Information|Marine|Transport|Machinery|Health|Family|"
    r"Welfare|Labor|Fire|Power|Construction|Chemical|Shipbuilding|Insurance|Standards|Safety|Innovation|Future)\w*)"
)
_FOR = re.compile(r"(.+)\sfor\s(?:the\s)?(.+)")
_DATELINE = re.compile(
    r"(?=[^-–—]{0,80}[,(/])(?:[A-Z][\w.\-]+(?:,?\s[A-Z][\w.\-]+){0,4},?\s)?(?:[A-Z][a-z]{2,8}\.?\s\d{1,2}(?:,\s\d{4})?,?\s)?"
    r"(?:\([^()]{2,30}\)\s?|/[^/]{2,40}/\s?)?(?:--|–|—|(?<=[a-z)]\s)-)\s"
)
_PERSON_BEFORE = re.compile(
    r"(?:CEO|CTO|CFO|COO|Chairman|President|Director|Minister|Mayor|Professor|Prof\.|Mr\.|Ms\.|Dr\.|Officer|founder|Founder|analyst|chief|Chief|Head|Manager|Representative)\s$"
)
_PERSON_AFTER = re.compile(
    r"^,?\s(?:\(?[A-Z]{3}\)?\s)?(?:the\s)?(?:(?:co-)?founder|Co-?[Ff]ounder|Founder|CEO|CTO|CFO|COO|Chairman|chairman|[Pp]resident|[Vv]ice [Pp]resident|VP|SVP|EVP|[Dd]irector|[Mm]anaging|[Cc]hief|[Hh]ead of|"
    r"[Gg]eneral [Mm]anager|[Ee]xecutive|[Pp]artner at|[Aa]nalyst|[Pp]rofessor|[Mm]inister)\b"
)
_TICKER = re.compile(
    r"^\s?\((?:NASDAQ|NYSE|Nasdaq|KOSDAQ|KOSPI|KRX|OTC|TSX|ASX|LSE|CSE|TSXV|OTCQB|HKEX)|^\s?\(“?\"?[A-Z][A-Za-z]+”?\"?\)"
)
_APPOSITION = re.compile(
    r"^,?\s(?:an?|the|one of)\s(?:[\w\-’']+\s){0,7}?(?:company|firm|startup|start-up|provider|developer|maker|manufacturer|operator|leader|platform|bank|group|distributor|arm|unit|subsidiary|supplier|carrier|producer|institute|agency|association|studio|publisher|specialist|giant)\b"
)
_DESCRIBED = re.compile(
    r"(?:company|firm|startup|start-up|provider|developer|maker|manufacturer|operator|giant|platform|group|unit|subsidiary|arm|specialist|carrier|supplier|studio|publisher|bank|leader)\s$"
)
_DEFINED = re.compile(r"\((?:the\s)?[“\"‘']?([A-Z][A-Za-z0-9&\- ]{1,20}?)[”\"’']?\)")
_PREPOSITION = re.compile(
    r"\b(with|and|between|by|from|to|of|at|for|like|including)\s(?:(?:the|its|an?|U\.S\.|US|Korean|Japanese|global|leading|[a-z\-]+-based)\s)*$"
)


def is_english_name(name: str) -> bool:
    """Whether `name` holds more than words that name no organisation."""
    words = name.split()
    if not (len(name) >= 2 and 0 < len(words) <= 8) or name in KINDS or is_product(name) or is_place(name):
        return False
    if name.islower() and len(words) == 1:  # `the university`
        return False
    return not all(_is_generic(word.strip(",.")) for word in words)


def is_label(name: str, after: str) -> bool:
    """Whether `name` is a heading in capitals before a colon: `ROBOTS: Orbis has agreed …`."""
    return name.isupper() and after.startswith(":")


def _is_generic(word: str) -> bool:
    return word in _GENERIC or (word.isupper() and word.capitalize() in _GENERIC)


def tells_kind_english(name: str) -> bool:
    """Whether an English name's last word tells what sort of organisation it is."""
    return _SUFFIX.search(name) is not None


def organization_type_english(name: str) -> str:
    return next((kind for kind, words in _TYPES if re.search(words, name)), "company")


def unlisted_english(full: str, sentences: Sequence[Sentence], known: set[str]) -> dict[str, str]:
    """{name: source} of organisations that the `sentences` speak of and `known` (surfaces found already) lacks."""
    found: dict[str, str] = {}
    lines = "\n".join(line for line in full.split("\n") if not _is_title_case(line))
    for sentence in sentences:
        text = full[sentence.start : sentence.end]
        if _is_title_case(text):
            continue
        for run, offset in _runs(text):
            name, start = _clean(run, offset)
            source = _source(name, start, text)
            if source == "initial" and not re.search(rf"[a-z,] {re.escape(name)}\b|\b{re.escape(name)} [A-Z]", lines):
                continue  # capitalised only because it begins a sentence
            new = name not in known and name.partition(" for ")[0] not in known  # `Samsung for AI6`
            if source and new and not is_called_product(name, full):
                found.setdefault(name, source)
                short = _LEGAL.sub("", name)
                if short != name and short not in known and short not in _GENERIC:
                    found.setdefault(short, source)
    return found


def _runs(text: str) -> Iterator[tuple[str, int]]:
    """Runs of capitalised words, with where they begin; "Naver Cloud and New Murabba" is two, what a dateline names none."""
    dateline = _DATELINE.match(text)
    for match in _RUN.finditer(text, dateline.end() if dateline else 0):
        start = match.start()
        for joint in [*_JOINT.finditer(match.group()), None]:
            end = match.start() + joint.start() if joint else match.end()
            yield from _for_another(text[start:end], start)
            start = match.start() + joint.end() if joint else end


def _for_another(run: str, start: int) -> Iterator[tuple[str, int]]:
    """"Work for Hanbit Games" holds one name, "Center for Health" is one."""
    both = _FOR.match(run)
    if both and not _OWNS_PLACE.search(both.group(1)) and tells_kind_english(both.group(2)):
        yield both.group(1), start
        yield both.group(2), start + both.start(2)
    else:
        yield run, start


def _is_title_case(text: str) -> bool:
    """Whether a headline capitalises every word, so that capitals tell nothing in it."""
    words = re.findall(r"[A-Za-z]{4,}", text)
    return len(words) >= 4 and sum(word[0].isupper() for word in words) > 0.8 * len(words)


def _clean(name: str, start: int) -> tuple[str, int]:
    """Drop what only stands at the beginning of a sentence or before a name: `The`, `South Korean`."""
    while True:
        first, _, rest = name.partition(" ")
        if (
            not rest
            or (first not in _GENERIC and first != "the" and not first.endswith(("-based", "-listed")))
            or (first == "New" and start > 0)
            or _is_compound(first, rest)
        ):
            break
        name, start = rest, start + len(first) + 1
    owner, of, owned = _POSSESSIVE.split(name, 1) if _POSSESSIVE.search(name) else (name, "", "")
    if owned and (is_place(owner) or all(_is_generic(word) for word in owner.split())):  # `Germany's Lindauer Werke`
        return _clean(owned, start + len(owner) + len(of))
    return _without_place(owner.strip(" ,’'")), start


def _without_place(name: str) -> str:
    """`Tidewrack Ventures of San Francisco`, `… for Mexico` are `Tidewrack Ventures`; `University of Northmoor` is whole."""
    name = market.group(1) if (market := _FOR.match(name)) and is_place(market.group(2)) else name
    head, joint, place = name.partition(" of ")
    return head if joint and place and not _OWNS_PLACE.search(head) else name


def _is_compound(first: str, rest: str) -> bool:
    """`Korea Electric Power` keeps its first word, `Korean Samsung` does not."""
    return first in ("Korea", "Seoul", "Busan", "Big", "Global", "National", "International", "Digital", "Smart", "Green", "First", "World", "Hong", "Abu", "Ministry", "University",
                     "Incheon", "Daejeon", "Daegu", "Gwangju", "Ulsan", "Sejong", "Jeju", "Osaka", "Gangnam", "Pangyo", "Saudi", "New", "San", "American", "Japan", "China", "Bank", "Singapore", "General", "Future") and bool(_SUFFIX.search(rest) or first == "University" or first == "Ministry")  # fmt: skip


def _source(name: str, start: int, text: str) -> str | None:
    words = name.split()
    if not is_english_name(name):
        return None
    before, after = text[:start], text[start + len(name) :]
    if _PERSON_BEFORE.search(before) or _PERSON_AFTER.match(after) or is_label(name, after):
        return None
    if _SUFFIX.search(name) and len(words) > 1:
        return "suffix"
    if _TICKER.match(after) or _DEFINED.match(after.lstrip()):
        return "spelled"
    if _APPOSITION.match(after) or _DESCRIBED.search(before):
        return "introduced"
    if name.isupper() and len(name) <= 3:
        return None
    preposition = _PREPOSITION.search(before)
    if preposition:
        return {"with": "with", "and": "listed", "between": "with"}.get(preposition.group(1), "object")
    if start == 0 or before.rstrip().endswith((",", "“", '"')):
        return "subject" if start or len(words) > 1 or re.search(r"[a-z][A-Z]|\d|[A-Z]{2}", name) else "initial"
    return "listed"


def english_definitions(text: str) -> Iterable[tuple[int, str]]:
    """(offset of the bracket, short form) of every `(…)` that may define a short form of the name before it."""
    for match in _DEFINED.finditer(text):
        yield match.start(), match.group(1).strip()
