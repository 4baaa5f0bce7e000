"""The company table: who exists, under which names, and which of those names mean something else too.

The table is the folder of CSV files `nlp/data/organizations/`, kept by hand (docs/company-table.md). `load()` reads and
checks it; the `Gazetteer` answers "who is called this?" and hands every written form to a phrase matcher. Matching in
running text (Korean particles, context, what the article itself says) is not done here.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).parent / "data" / "organizations"

TYPES = frozenset({"company", "university", "government", "institute", "association", "hospital", "other"})
SECTORS = frozenset({
    "aerospace", "agriculture", "ai", "auto", "bank", "battery", "beauty", "bio", "chemical", "cloud",
    "construction", "consulting", "crypto", "defence", "display", "education", "electronics", "energy",
    "environment", "fashion", "finance", "fintech", "food", "game", "government", "health", "holding",
    "insurance", "internet", "it", "logistics", "machinery", "materials", "media", "medical", "mobility",
    "paper", "pharma", "realestate", "research", "retail", "robot", "securities", "security", "semiconductor",
    "service", "shipbuilding", "software", "sports", "steel", "telecom", "trade", "travel", "vc",
})  # fmt: skip
TAGS = frozenset({
    "arm", "big-tech", "brand", "defunct", "group", "holding", "media", "public", "startup", "unicorn", "vc",
})  # fmt: skip
COLUMNS = (
    "id", "type", "country", "ticker", "name_ko", "name_en", "aliases", "former", "parent", "sector", "tags",
    "ambiguous", "context", "source",
)  # fmt: skip

_ID = re.compile(r"(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_FORMER = re.compile(r"(?P<name>[^@]+)@(?P<until>\d{4}(?:-(?:0[1-9]|1[0-2]))?)")

# Legal forms that news writes or leaves out at will. Korean ones stand before or after the name, Western ones after it.
_LEGAL_KO = re.compile(r"\((?:주|유|재|사|학)\)|주식회사|유한회사|유한책임회사|재단법인|사단법인|학교법인|의료법인")
_LEGAL_EN = re.compile(
    r"(?:[\s,.]+(?:inc|incorporated|corp|corporation|co|company|ltd|limited|llc|llp|lp|plc|pte|pty|gmbh|ag|se|sa|nv|bv|ab|oy|oyj|as|"
    r"kk|spa|srl|sas|s\.a|n\.v|b\.v|k\.k|s\.p\.a|a/s)\.?)+\s*$"
)
_ACCENTED = re.compile(r"[à-ɏ]")
_FILLER = re.compile(r"[\s\-‐‑–—_.,·ㆍ・'’`\"]+")


class GazetteerError(ValueError):
    """A table file breaks a rule of docs/company-table.md; the message names file, line and what to do."""


class FormerName(NamedTuple):
    """A name no longer used, and the month (`YYYY-MM`) or year until which it was."""

    name: str
    until: str


@dataclass(frozen=True, slots=True)
class Organization:
    """One row of the table. `id` never changes once published; everything else may be corrected."""

    id: str
    type: str
    country: str | None
    ticker: str | None
    name_ko: str | None
    name_en: str | None
    aliases: tuple[str, ...]
    former: tuple[FormerName, ...]
    parent: str | None
    sector: str | None
    tags: frozenset[str]
    ambiguous: frozenset[str]
    context: tuple[str, ...]
    source: str
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Every form that names this organisation: canonical ones first, former ones last, none twice."""

    def __post_init__(self) -> None:
        forms = (self.name_ko, self.name_en, *self.aliases, *(former.name for former in self.former))
        object.__setattr__(self, "names", tuple(dict.fromkeys(form for form in forms if form)))

    @property
    def name(self) -> str:
        """The name to show: Korean where there is one."""
        return self.name_ko or self.name_en or self.id


class Surface(NamedTuple):
    """A written form and who it may mean. `ambiguous`: it is also a word, another thing or another's name."""

    form: str
    organization: Organization
    ambiguous: bool


def fold(name: str) -> str:
    """The key under which spellings of one name meet: case, width, accents, spaces, punctuation, legal forms put aside.

    A name that is nothing but a legal form keeps its letters, so that the key is empty only for an empty name.
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    if _ACCENTED.search(text):
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
        text = unicodedata.normalize("NFC", text)
    bare = _FILLER.sub("", _LEGAL_EN.sub("", _LEGAL_KO.sub(" ", text)))
    while (shorter := _LEGAL_KO.sub("", bare)) != bare:  # a legal form that spaces or points had parted
        bare = shorter
    return bare or _FILLER.sub("", text)


class Gazetteer:
    """The whole table in memory, indexed by id and by folded name. Immutable after construction."""

    def __init__(self, organizations: Iterable[Organization]) -> None:
        self.organizations: tuple[Organization, ...] = tuple(organizations)
        self._by_id = {organization.id: organization for organization in self.organizations}
        self._by_key: dict[str, list[Organization]] = {}
        for organization in self.organizations:
            for key in dict.fromkeys(map(fold, organization.names)):
                self._by_key.setdefault(key, []).append(organization)

    def __len__(self) -> int:
        return len(self.organizations)

    def __getitem__(self, org_id: str) -> Organization:
        """The organisation of this id. Raises KeyError if there is none."""
        return self._by_id[org_id]

    def __contains__(self, org_id: object) -> bool:
        return org_id in self._by_id

    def lookup(self, name: str) -> list[Organization]:
        """Everyone who bears `name`, in table order; several if it is shared, none if it is unknown."""
        return list(self._by_key.get(fold(name), ()))

    def aliases_of(self, org_id: str) -> tuple[str, ...]:
        """Every form that names the organisation. Raises KeyError for an unknown id."""
        return self._by_id[org_id].names

    def surfaces(self) -> Iterator[Surface]:
        """Every (written form, organisation, ambiguous?) of the table, for a phrase matcher."""
        for organization in self.organizations:
            doubtful = {fold(name) for name in organization.ambiguous}
            for form in organization.names:
                key = fold(form)
                yield Surface(form, organization, key in doubtful or len(self._by_key[key]) > 1)

    def shared_keys(self) -> Iterator[tuple[str, tuple[Organization, ...]]]:
        """Every folded name that more than one organisation bears, with its bearers in table order."""
        for key, bearers in self._by_key.items():
            if len(bearers) > 1:
                yield key, tuple(bearers)

    def ancestors(self, org_id: str) -> tuple[str, ...]:
        """Ids of parent, grandparent and so on, nearest first. Raises KeyError for an unknown id."""
        found: list[str] = []
        parent = self._by_id[org_id].parent
        while parent is not None:
            found.append(parent)
            parent = self._by_id[parent].parent
        return tuple(found)


def load(folder: Path = TABLE) -> Gazetteer:
    """Read every CSV file of `folder` (default: the packaged table) and check each row and the rules that span rows.

    Raises GazetteerError for the first broken rule.
    """
    places: dict[str, str] = {}
    organizations: list[Organization] = []
    for table in sorted(folder.glob("*.csv")):
        for place, organization in _read(table):
            if organization.id in places:
                taken = places[organization.id]
                raise GazetteerError(f"{place}: id {organization.id!r} is taken by {taken}; choose another")
            places[organization.id] = place
            organizations.append(organization)
    if not organizations:
        raise GazetteerError(f"{folder}: no organisation found; the folder must hold CSV files")
    _check_parents(organizations, places)
    gazetteer = Gazetteer(organizations)
    _check_shared_names(gazetteer, places)
    return gazetteer


def _read(table: Path) -> Iterator[tuple[str, Organization]]:
    """(where, organisation) of each row; where is `file:line`."""
    with table.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, strict=True)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise GazetteerError(f"{table.name}:1: the columns must be {','.join(COLUMNS)}")
        try:
            for row in rows:
                place = f"{table.name}:{rows.line_num}"
                yield place, _organization(row, place)
        except csv.Error as error:
            raise GazetteerError(f"{table.name}:{rows.line_num}: not readable as CSV ({error})") from error


def _organization(row: Mapping[str, str | None], place: str) -> Organization:
    cells: dict[str, str] = {}
    for column in COLUMNS:
        cell = row.get(column)
        if cell is None or None in row:
            raise GazetteerError(f"{place}: a row has {len(COLUMNS)} cells; quote a cell that holds a comma")
        cells[column] = cell.strip()
    organization = Organization(
        id=cells["id"],
        type=cells["type"],
        country=cells["country"] or None,
        ticker=cells["ticker"] or None,
        name_ko=cells["name_ko"] or None,
        name_en=cells["name_en"] or None,
        aliases=_list(cells["aliases"]),
        former=tuple(_former(item, place) for item in _list(cells["former"])),
        parent=cells["parent"] or None,
        sector=cells["sector"] or None,
        tags=frozenset(_list(cells["tags"])),
        ambiguous=frozenset(_list(cells["ambiguous"])),
        context=_list(cells["context"]),
        source=cells["source"],
    )
    for problem in _problems(organization):
        raise GazetteerError(f"{place}: {problem}")
    return organization


def _list(cell: str) -> tuple[str, ...]:
    return tuple(item for item in (part.strip() for part in cell.split("|")) if item) if cell else ()


def _former(item: str, place: str) -> FormerName:
    match = _FORMER.fullmatch(item)
    if match is None:
        raise GazetteerError(f"{place}: former {item!r} must read name@YYYY-MM, the month until which it was used")
    return FormerName(match["name"].strip(), match["until"])


def _problems(organization: Organization) -> Iterator[str]:
    """What is wrong with a row taken by itself."""
    if not _ID.fullmatch(organization.id):
        yield f"id {organization.id!r} must be a slug of a-z, 0-9 and single hyphens, not a bare number"
    if organization.type not in TYPES:
        yield f"type {organization.type!r} is none of {', '.join(sorted(TYPES))}"
    if organization.country is not None and not _COUNTRY.fullmatch(organization.country):
        yield f"country {organization.country!r} must be two capitals (ISO 3166), or empty for an international body"
    if organization.sector is not None and organization.sector not in SECTORS:
        yield f"sector {organization.sector!r} is none of {', '.join(sorted(SECTORS))}"
    if unknown := organization.tags - TAGS:
        yield f"tag {sorted(unknown)[0]!r} is none of {', '.join(sorted(TAGS))}"
    if not organization.names:
        yield "a row needs name_ko or name_en"
    if not organization.source:
        yield "source is empty; say where the facts come from"
    if strangers := organization.ambiguous - set(organization.names):
        yield f"ambiguous {sorted(strangers)[0]!r} is none of the row's names; add it to aliases or correct it"


def _check_parents(organizations: Iterable[Organization], places: Mapping[str, str]) -> None:
    parents = {organization.id: organization.parent for organization in organizations}
    for org_id, parent in parents.items():
        if parent is not None and parent not in parents:
            raise GazetteerError(f"{places[org_id]}: parent {parent!r} is no id of the table")
        seen = {org_id}
        while parent is not None:
            if parent in seen:
                raise GazetteerError(f"{places[org_id]}: {org_id!r} is its own ancestor through {parent!r}")
            seen.add(parent)
            parent = parents.get(parent)


def _check_shared_names(gazetteer: Gazetteer, places: Mapping[str, str]) -> None:
    """A name that two rows bear must be marked ambiguous in both, or the table would silently prefer one."""
    for key, bearers in gazetteer.shared_keys():
        for organization in bearers:
            if key not in map(fold, organization.ambiguous):
                form = next(form for form in organization.names if fold(form) == key)
                raise GazetteerError(
                    f"{places[organization.id]}: {form!r} names {' and '.join(repr(one.id) for one in bearers)}; "
                    "put it into ambiguous in each of these rows, or take it from one"
                )
