"""The schema, as forward-only steps. A step that has landed is never edited: the next change is a new step.

Tables and view columns are a contract (docs/architecture.md); docs/database.md says what each column means.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlite_utils.migrations import Migrations

from db import search
from db.names import sound
from db.search import COMPANY_NAMES, TOKENIZER
from db.vocabulary import (
    KINDS,
    PRECISIONS,
    REVIEW_ACTIONS,
    RUN_OUTCOMES,
    STANDING,
    STATUSES,
    sql_list,
)

migrations = Migrations("jehyu")

# "Jehy": tells `file` and us that a SQLite file is ours.
APPLICATION_ID = 0x4A656879

_FIRST = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE sources (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_en TEXT,
    family TEXT,
    lang TEXT,
    home TEXT,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    verified TEXT,
    note TEXT
);

CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    source_id TEXT REFERENCES sources(id),
    lang TEXT,
    title TEXT,
    published_at TEXT,
    updated_at TEXT,
    fetched_at TEXT NOT NULL,
    content_hash TEXT,
    text_group INTEGER,
    state TEXT NOT NULL CHECK (state IN ('fetched', 'failed', 'gone')),
    failure TEXT,
    failure_detail TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    retry_at TEXT,
    extractor TEXT,
    extracted_at TEXT,
    extract_error TEXT
);
CREATE INDEX articles_published ON articles(published_at);
CREATE INDEX articles_source ON articles(source_id, published_at);
CREATE INDEX articles_text_group ON articles(text_group);
CREATE INDEX articles_retry ON articles(retry_at) WHERE retry_at IS NOT NULL;
CREATE INDEX articles_extractor ON articles(extractor, id) WHERE state = 'fetched';

CREATE TABLE article_texts (
    article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    body BLOB NOT NULL
);

CREATE TABLE text_bands (
    band INTEGER NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    PRIMARY KEY (band, article_id)
) WITHOUT ROWID;

CREATE TABLE text_signatures (
    article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    signature BLOB NOT NULL
);

CREATE TABLE feeds (
    url TEXT PRIMARY KEY,
    source_id TEXT REFERENCES sources(id),
    etag TEXT,
    last_modified TEXT,
    content_hash TEXT,
    checked_at TEXT
);

CREATE TABLE organizations (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_ko TEXT,
    name_en TEXT,
    type TEXT,
    country TEXT,
    ticker TEXT,
    sector TEXT,
    parent_id TEXT,
    tags TEXT,
    provisional INTEGER NOT NULL DEFAULT 0 CHECK (provisional IN (0, 1)),
    merged_into TEXT
);
CREATE INDEX organizations_country ON organizations(country);

CREATE TABLE aliases (
    key TEXT NOT NULL,
    org_id TEXT NOT NULL REFERENCES organizations(id),
    alias TEXT NOT NULL,
    lang TEXT,
    origin TEXT NOT NULL CHECK (origin IN ('table', 'article', 'person')),
    PRIMARY KEY (key, org_id)
) WITHOUT ROWID;
CREATE INDEX aliases_org ON aliases(org_id);

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    resolved_at TEXT,
    outcome TEXT CHECK (outcome IN ({sql_list(RUN_OUTCOMES)})),
    summary TEXT,
    program TEXT,
    pid INTEGER,
    articles_new INTEGER NOT NULL DEFAULT 0,
    articles_changed INTEGER NOT NULL DEFAULT 0,
    articles_failed INTEGER NOT NULL DEFAULT 0,
    articles_read INTEGER NOT NULL DEFAULT 0,
    events_new INTEGER NOT NULL DEFAULT 0,
    events_changed INTEGER NOT NULL DEFAULT 0,
    events_withdrawn INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE run_sources (
    run_id INTEGER NOT NULL REFERENCES runs(id),
    source_id TEXT NOT NULL REFERENCES sources(id),
    outcome TEXT NOT NULL,
    asked INTEGER NOT NULL DEFAULT 0,
    new INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    failures TEXT,
    newest_at TEXT,
    PRIMARY KEY (run_id, source_id)
) WITHOUT ROWID;
CREATE INDEX run_sources_source ON run_sources(source_id, run_id);

CREATE TABLE events (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ({sql_list(KINDS)})),
    status TEXT NOT NULL CHECK (status IN ({sql_list(STATUSES)})),
    date TEXT,
    date_precision TEXT CHECK (date_precision IN ({sql_list(PRECISIONS)})),
    confidence REAL NOT NULL,
    first_reported_at TEXT,
    last_reported_at TEXT,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    first_run_id INTEGER REFERENCES runs(id),
    article_count INTEGER NOT NULL,
    outlet_count INTEGER NOT NULL,
    mention_id INTEGER REFERENCES mentions(id),
    named_by INTEGER REFERENCES mentions(id),
    merged_into TEXT REFERENCES events(id),
    withdrawn_at TEXT,
    review TEXT CHECK (review IN ('confirmed', 'rejected', 'corrected'))
);
CREATE INDEX events_first_seen ON events(first_seen_at);
CREATE INDEX events_changed ON events(changed_at);
CREATE INDEX events_withdrawn ON events(withdrawn_at) WHERE withdrawn_at IS NOT NULL;
CREATE INDEX events_first_run ON events(first_run_id);
CREATE INDEX events_date ON events(date);
CREATE INDEX events_kind ON events(kind, date);
CREATE INDEX events_status ON events(status, date);
CREATE INDEX events_merged ON events(merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE event_parties (
    event_id TEXT NOT NULL REFERENCES events(id),
    position INTEGER NOT NULL,
    org_id TEXT REFERENCES organizations(id),
    name TEXT,
    type TEXT,
    country TEXT,
    description TEXT,
    PRIMARY KEY (event_id, position)
) WITHOUT ROWID;
CREATE INDEX event_parties_org ON event_parties(org_id, event_id);
CREATE INDEX event_parties_country ON event_parties(country, event_id);

CREATE TABLE event_pairs (
    event_id TEXT NOT NULL REFERENCES events(id),
    company_position INTEGER NOT NULL,
    partner_position INTEGER NOT NULL,
    PRIMARY KEY (event_id, company_position, partner_position)
) WITHOUT ROWID;

CREATE TABLE mentions (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    event_id TEXT REFERENCES events(id),
    kind TEXT NOT NULL CHECK (kind IN ({sql_list(KINDS)})),
    status TEXT NOT NULL CHECK (status IN ({sql_list(STATUSES)})),
    new INTEGER NOT NULL CHECK (new IN (0, 1)),
    date TEXT,
    date_precision TEXT CHECK (date_precision IN ({sql_list(PRECISIONS)})),
    confidence REAL NOT NULL,
    evidence TEXT NOT NULL,
    evidence_start INTEGER,
    evidence_end INTEGER,
    pairs TEXT NOT NULL,
    extractor TEXT NOT NULL,
    created_at TEXT NOT NULL,
    withdrawn_at TEXT,
    slug TEXT NOT NULL,
    mark TEXT NOT NULL,
    context TEXT NOT NULL,
    block INTEGER
);
CREATE INDEX mentions_slug ON mentions(slug);
CREATE INDEX mentions_block ON mentions(block);
CREATE INDEX mentions_article ON mentions(article_id);
CREATE INDEX mentions_event ON mentions(event_id);

CREATE TABLE mention_parties (
    mention_id INTEGER NOT NULL REFERENCES mentions(id),
    position INTEGER NOT NULL,
    org_id TEXT REFERENCES organizations(id),
    given_id TEXT,
    name TEXT,
    surface TEXT,
    start INTEGER,
    "end" INTEGER,
    names TEXT NOT NULL,
    type TEXT,
    country TEXT,
    description TEXT,
    PRIMARY KEY (mention_id, position)
) WITHOUT ROWID;
CREATE INDEX mention_parties_org ON mention_parties(org_id, mention_id);

CREATE TABLE mention_names (
    key TEXT NOT NULL,
    mention_id INTEGER NOT NULL REFERENCES mentions(id),
    position INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (key, mention_id, position)
) WITHOUT ROWID;
CREATE INDEX mention_names_mention ON mention_names(mention_id);

CREATE TABLE mention_pairs (
    org_id TEXT NOT NULL,
    other_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    mention_id INTEGER NOT NULL REFERENCES mentions(id),
    PRIMARY KEY (org_id, other_id, day, mention_id)
) WITHOUT ROWID;
CREATE INDEX mention_pairs_org ON mention_pairs(org_id, day);
CREATE INDEX mention_pairs_mention ON mention_pairs(mention_id);

CREATE TABLE unresolved (
    mention_id INTEGER PRIMARY KEY REFERENCES mentions(id)
);

CREATE TABLE event_history (
    event_id TEXT NOT NULL REFERENCES events(id),
    position INTEGER NOT NULL,
    at TEXT,
    status TEXT NOT NULL CHECK (status IN ({sql_list(STATUSES)})),
    kind TEXT NOT NULL CHECK (kind IN ({sql_list(KINDS)})),
    date TEXT,
    mention_id INTEGER REFERENCES mentions(id),
    reason TEXT NOT NULL,
    PRIMARY KEY (event_id, position)
) WITHOUT ROWID;

CREATE TABLE event_log (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    run_id INTEGER REFERENCES runs(id),
    event_id TEXT NOT NULL REFERENCES events(id),
    change TEXT NOT NULL CHECK (change IN ('new', 'changed', 'withdrawn', 'restored', 'merged', 'split')),
    detail TEXT
);
CREATE INDEX event_log_event ON event_log(event_id);
CREATE INDEX event_log_at ON event_log(at);

CREATE TABLE reviews (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ({sql_list(REVIEW_ACTIONS)})),
    event_id TEXT REFERENCES events(id),
    target TEXT,
    machine_value TEXT,
    human_value TEXT,
    note TEXT,
    reopened_at TEXT,
    undone_at TEXT
);
CREATE INDEX reviews_event ON reviews(event_id);

CREATE TABLE review_anchors (
    review_id INTEGER NOT NULL REFERENCES reviews(id),
    side INTEGER NOT NULL CHECK (side IN (0, 1)),
    article_id INTEGER NOT NULL REFERENCES articles(id),
    parties TEXT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (review_id, side, article_id, parties, evidence)
) WITHOUT ROWID;
CREATE INDEX review_anchors_article ON review_anchors(article_id);

CREATE TABLE notices (
    receiver TEXT NOT NULL,
    subject TEXT NOT NULL,
    queued_at TEXT NOT NULL,
    sent_at TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    failure TEXT,
    PRIMARY KEY (receiver, subject)
) WITHOUT ROWID;

CREATE VIEW partnerships AS
SELECT
    e.id AS event_id,
    coalesce(c.name, c.description) AS company,
    c.country AS company_country,
    coalesce(p.name, p.description) AS partner,
    p.country AS partner_country,
    e.kind AS kind,
    e.status AS status,
    e.date AS announced_on,
    e.date_precision AS date_precision,
    e.first_seen_at AS first_seen_at,
    e.article_count AS article_count,
    e.outlet_count AS outlet_count,
    e.confidence AS confidence,
    m.evidence AS evidence,
    a.url AS url
FROM events e
JOIN event_pairs ep ON ep.event_id = e.id
JOIN event_parties c ON c.event_id = e.id AND c.position = ep.company_position
JOIN event_parties p ON p.event_id = e.id AND p.position = ep.partner_position
LEFT JOIN mentions m ON m.id = e.mention_id
LEFT JOIN articles a ON a.id = m.article_id
WHERE e.merged_into IS NULL AND e.withdrawn_at IS NULL AND e.status IN ({sql_list(STANDING)});

CREATE VIEW new_partnerships AS
SELECT p.* FROM events e JOIN partnerships p ON p.event_id = e.id
WHERE e.first_run_id = (SELECT max(id) FROM runs WHERE resolved_at IS NOT NULL);
"""


@migrations()
def m001_first(db: Any) -> None:
    """Everything: articles, organisations, mentions, events, reviews, runs."""
    _run(db, _FIRST)


_SEARCH = f"""
CREATE VIRTUAL TABLE search_articles USING fts5(title, content='', tokenize="{TOKENIZER}");
CREATE VIRTUAL TABLE search_evidence USING fts5(evidence, content='', tokenize="{TOKENIZER}");
CREATE VIRTUAL TABLE search_companies USING fts5(org_id UNINDEXED, names, tokenize="{TOKENIZER}");

CREATE TRIGGER search_articles_new AFTER INSERT ON articles WHEN new.title IS NOT NULL BEGIN
    INSERT INTO search_articles (rowid, title) VALUES (new.id, bigrams(new.title)); END;
CREATE TRIGGER search_articles_changed AFTER UPDATE OF title ON articles WHEN old.title IS NOT new.title BEGIN
    INSERT INTO search_articles (search_articles, rowid, title)
        SELECT 'delete', old.id, bigrams(old.title) WHERE old.title IS NOT NULL;
    INSERT INTO search_articles (rowid, title) SELECT new.id, bigrams(new.title) WHERE new.title IS NOT NULL; END;
CREATE TRIGGER search_evidence_new AFTER INSERT ON mentions BEGIN
    INSERT INTO search_evidence (rowid, evidence) VALUES (new.id, bigrams(new.evidence)); END;
CREATE TRIGGER search_evidence_changed AFTER UPDATE OF evidence ON mentions WHEN old.evidence != new.evidence BEGIN
    INSERT INTO search_evidence (search_evidence, rowid, evidence) VALUES ('delete', old.id, bigrams(old.evidence));
    INSERT INTO search_evidence (rowid, evidence) VALUES (new.id, bigrams(new.evidence)); END;
CREATE TRIGGER search_companies_new AFTER INSERT ON organizations BEGIN
    INSERT INTO search_companies (rowid, org_id, names) {COMPANY_NAMES} WHERE o.id = new.id; END;
CREATE TRIGGER search_companies_renamed AFTER UPDATE OF name ON organizations WHEN old.name != new.name BEGIN
    DELETE FROM search_companies WHERE rowid = row_key(new.id);
    INSERT INTO search_companies (rowid, org_id, names) {COMPANY_NAMES} WHERE o.id = new.id; END;
CREATE TRIGGER search_companies_alias AFTER INSERT ON aliases BEGIN
    DELETE FROM search_companies WHERE rowid = row_key(new.org_id);
    INSERT INTO search_companies (rowid, org_id, names) {COMPANY_NAMES} WHERE o.id = new.org_id; END;
CREATE TRIGGER search_companies_unalias AFTER DELETE ON aliases BEGIN
    DELETE FROM search_companies WHERE rowid = row_key(old.org_id);
    INSERT INTO search_companies (rowid, org_id, names) {COMPANY_NAMES} WHERE o.id = old.org_id; END;
CREATE TRIGGER search_companies_realias AFTER UPDATE OF alias ON aliases WHEN old.alias != new.alias BEGIN
    DELETE FROM search_companies WHERE rowid = row_key(new.org_id);
    INSERT INTO search_companies (rowid, org_id, names) {COMPANY_NAMES} WHERE o.id = new.org_id; END;
"""


@migrations()
def m002_search(db: Any) -> None:
    """Search over titles, evidence and companies, kept current by triggers."""
    _run(db, _SEARCH)
    search.rebuild(db.conn)


# The rows of `partner_deals`; a WHERE on `pair` may follow, hence the AND. A constant of m003: never edited either.
PARTNER_DEALS = f"""
SELECT me.org_id, e.id AS event_id, coalesce(other.org_id, '?') AS partner_id, me.country,
       other.country AS partner_country, coalesce(other.name, other.description) AS partner, e.kind, e.date,
       e.status IN ({sql_list(STANDING)}) AS standing,
       e.status IN ({sql_list(STANDING)}) AND me.country IS 'KR' AND coalesce(other.country, 'KR') <> 'KR' AS abroad
FROM event_pairs pair
JOIN events e ON e.id = pair.event_id AND e.merged_into IS NULL AND e.withdrawn_at IS NULL
JOIN event_parties me ON me.event_id = pair.event_id AND me.position IN (pair.company_position, pair.partner_position)
JOIN event_parties other ON other.event_id = pair.event_id
    AND other.position = pair.company_position + pair.partner_position - me.position
WHERE me.org_id IS NOT NULL AND me.org_id IS NOT other.org_id
"""


def _tell(event: str) -> str:
    """Statements that make an event's rows of `partner_deals` what its pairs and parties say."""
    return (
        f"DELETE FROM partner_deals WHERE event_id = {event};"
        f" INSERT OR IGNORE INTO partner_deals {PARTNER_DEALS} AND pair.event_id = {event};"
    )


_PARTNERS = f"""
CREATE TABLE partner_deals (
    org_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    partner_id TEXT NOT NULL,
    country TEXT,
    partner_country TEXT,
    partner TEXT,
    kind TEXT NOT NULL,
    date TEXT,
    standing INTEGER NOT NULL CHECK (standing IN (0, 1)),
    abroad INTEGER NOT NULL CHECK (abroad IN (0, 1)),
    PRIMARY KEY (org_id, event_id, partner_id)
) WITHOUT ROWID;

CREATE TRIGGER partner_deals_event AFTER UPDATE OF kind, status, date, merged_into, withdrawn_at ON events
WHEN (new.kind, new.status, new.date, new.merged_into, new.withdrawn_at)
    IS NOT (old.kind, old.status, old.date, old.merged_into, old.withdrawn_at) BEGIN {_tell("new.id")} END;
CREATE TRIGGER partner_deals_pair AFTER INSERT ON event_pairs BEGIN
    INSERT OR IGNORE INTO partner_deals {PARTNER_DEALS} AND pair.event_id = new.event_id
        AND pair.company_position = new.company_position AND pair.partner_position = new.partner_position; END;
CREATE TRIGGER partner_deals_unpair AFTER DELETE ON event_pairs BEGIN {_tell("old.event_id")} END;
CREATE TRIGGER partner_deals_repair AFTER UPDATE ON event_pairs BEGIN
    {_tell("old.event_id")} {_tell("new.event_id")} END;
CREATE TRIGGER partner_deals_party AFTER INSERT ON event_parties
WHEN EXISTS (SELECT 1 FROM event_pairs WHERE event_id = new.event_id) BEGIN {_tell("new.event_id")} END;
CREATE TRIGGER partner_deals_unparty AFTER DELETE ON event_parties
WHEN EXISTS (SELECT 1 FROM event_pairs WHERE event_id = old.event_id) BEGIN {_tell("old.event_id")} END;
CREATE TRIGGER partner_deals_other_party AFTER UPDATE ON event_parties BEGIN
    {_tell("old.event_id")} {_tell("new.event_id")} END;

INSERT OR IGNORE INTO partner_deals {PARTNER_DEALS};
CREATE INDEX partner_deals_of_event ON partner_deals(event_id);
CREATE INDEX partner_deals_abroad ON partner_deals(abroad, org_id, partner_id, date) WHERE abroad = 1;
"""


@migrations()
def m003_partner_deals(db: Any) -> None:
    """Who has which deal with whom, in one table kept current by triggers, so that counting needs no joins."""
    _run(db, _PARTNERS)


@migrations()
def m004_sounds(db: Any) -> None:
    """Pairs of unlisted organisations are also found by their sound; mentions that have some are resolved again."""
    unlisted = [row[0] for row in db.conn.execute("SELECT id FROM organizations WHERE provisional")]
    heard = {org: sound(org) for org in unlisted}
    rows = db.conn.execute(
        "SELECT org_id, other_id, day, mention_id FROM mention_pairs WHERE other_id != '?'"
    ).fetchall()
    told = [(*row, *(heard.get(org, org) for org in row[:2])) for row in rows if row[0] in heard or row[1] in heard]
    db.conn.executemany(
        "INSERT OR IGNORE INTO mention_pairs (day, mention_id, org_id, other_id) VALUES (?, ?, ?, ?)",
        [row[2:] for row in told],
    )
    db.conn.executemany("INSERT OR IGNORE INTO unresolved VALUES (?)", {(row[3],) for row in told})


@migrations()
def m005_runs_of_log(db: Any) -> None:
    """Finding what a run changed needs no scan of the log: else each dropped run would be one."""
    db.conn.execute("CREATE INDEX event_log_run ON event_log(run_id)")


# The low 48 bits of a band stay its hash; the month stands above them (db/copies.py).
_MONTHS = """
CREATE TABLE dated_signatures (
    article_id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    signature BLOB NOT NULL,
    month INTEGER NOT NULL
);
INSERT INTO dated_signatures SELECT s.article_id, s.signature,
    substr(coalesce(a.published_at, a.fetched_at), 1, 4) * 12
    + max(CAST(substr(coalesce(a.published_at, a.fetched_at), 6, 2) AS INTEGER), 1) - 1
FROM text_signatures s JOIN articles a ON a.id = s.article_id;
DROP TABLE text_signatures;
ALTER TABLE dated_signatures RENAME TO text_signatures;

CREATE TABLE dated_bands (
    band INTEGER NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    PRIMARY KEY (band, article_id)
) WITHOUT ROWID;
INSERT INTO dated_bands
    SELECT (s.month << 48) | (b.band & 0xFFFFFFFFFFFF) AS dated, b.article_id
    FROM text_bands b JOIN text_signatures s ON s.article_id = b.article_id ORDER BY dated, b.article_id;
DROP TABLE text_bands;
ALTER TABLE dated_bands RENAME TO text_bands;
"""


@migrations()
def m006_months_of_copies(db: Any) -> None:
    """Near copies are sought in an article's month and the two beside it: pages close together, not all over a file."""
    _run(db, _MONTHS)


def _run(db: Any, script: str) -> None:
    """Executes the statements one by one: executescript would commit the migration's transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.conn.execute(statement)
            statement = ""


def schema_version() -> int:
    """The number of the newest step, kept in the file as `PRAGMA user_version`."""
    return len(migrations._migrations)
