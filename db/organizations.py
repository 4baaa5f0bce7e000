"""Which organisation a name in an article means: a row of the company table, or a provisional one.

The answer is a function of the live mentions and the table alone, not of the order in which they came: a party is (1)
the table row the reader named, else (2) the one table row its name, then its aliases, stand for, else (3) provisional,
where names that some article gives as aliases of one another are one organisation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from db.base import StoreBase
from db.names import fold, provisional_id

_COLUMNS = ("id", "name", "name_ko", "name_en", "type", "country", "ticker", "sector", "parent_id", "tags")


@dataclass(frozen=True, slots=True)
class _Party:
    """A party of a live mention; `names` are (key, name), the name it goes by first."""

    mention_id: int
    position: int
    given_id: str | None
    org_id: str | None
    type: str | None
    country: str | None
    names: list[tuple[str, str]]

    @property
    def place(self) -> tuple[int, int]:
        return self.mention_id, self.position


class Organizations(StoreBase):
    """The part of the store that knows organisations."""

    def sync_organizations(self, table: Iterable[Mapping[str, Any]]) -> None:
        """Makes the table rows equal to these and moves parties that a new row or alias now stands for.

        A row has `id`, `name` and may have `name_ko`, `name_en`, `aliases` (texts), `type`, `country`, `ticker`,
        `sector`, `parent_id`, `tags` (list). A row no longer given becomes provisional; nothing that refers to it is
        lost.
        """
        with self.transaction():
            rows = [dict(row) for row in table]
            touched = self._write_rows(rows)
            touched |= self._write_table_aliases(rows)
            self._reassign_names(touched)

    def _write_rows(self, rows: list[dict[str, Any]]) -> set[str]:
        """Upserts table rows; returns the keys of names whose row appeared or vanished."""
        given = {row["id"] for row in rows}
        before = {row["id"] for row in self.rows("SELECT id FROM organizations WHERE NOT provisional")}
        for row in rows:
            values = {name: row.get(name) for name in _COLUMNS}
            values["tags"] = json.dumps(sorted(row["tags"]), ensure_ascii=False) if row.get("tags") else None
            sets = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
            differs = " OR ".join(f"organizations.{name} IS NOT excluded.{name}" for name in _COLUMNS[1:])
            self.conn.execute(
                f"INSERT INTO organizations ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + n for n in _COLUMNS)})"
                f" ON CONFLICT (id) DO UPDATE SET {sets}, provisional = 0, merged_into = NULL"
                f" WHERE provisional OR merged_into IS NOT NULL OR {differs}",
                values,
            )
        gone = before - given
        self.conn.executemany("UPDATE organizations SET provisional = 1 WHERE id = ?", [(org,) for org in gone])
        moved = json.dumps(sorted(gone | (given - before)))
        keys = self.rows(
            "SELECT DISTINCT n.key FROM mention_parties p JOIN mention_names n USING (mention_id, position)"
            " WHERE p.org_id IN (SELECT value FROM json_each(?1)) OR p.given_id IN (SELECT value FROM json_each(?1))",
            [moved],
        )
        return {row["key"] for row in keys}

    def _write_table_aliases(self, rows: list[dict[str, Any]]) -> set[str]:
        """Replaces the aliases of origin `table`; returns the keys that changed."""
        wanted: dict[tuple[str, str], str] = {}
        for row in rows:
            names = [row["name"], row.get("name_ko"), row.get("name_en"), *(row.get("aliases") or [])]
            for name in names:
                if name and fold(name):
                    wanted.setdefault((fold(name), row["id"]), name)
        stored = {
            (row["key"], row["org_id"]): row["alias"]
            for row in self.rows("SELECT key, org_id, alias FROM aliases WHERE origin = 'table'")
        }
        gone = stored.keys() - wanted.keys()
        new = {pair for pair, alias in wanted.items() if stored.get(pair) != alias}
        self.conn.executemany("DELETE FROM aliases WHERE key = ? AND org_id = ? AND origin = 'table'", sorted(gone))
        self.conn.executemany(
            "INSERT INTO aliases (key, org_id, alias, origin) VALUES (?, ?, ?, 'table')"
            " ON CONFLICT (key, org_id) DO UPDATE SET alias = excluded.alias, origin = 'table'",
            [(key, org, wanted[key, org]) for key, org in sorted(new)],
        )
        return {key for key, _ in gone | new}

    def _reassign_names(self, keys: set[str]) -> None:
        """Decides anew whom the live parties with any of these names mean, and those linked to them by aliases."""
        self._decide_parties(
            self._live_parties("JOIN mention_names k USING (mention_id, position) WHERE k.key = ?", key)
            for key in sorted(keys)
        )

    def _decide_mention(self, mention_id: int) -> None:
        """Decides whom the parties of a mention mean, and what their names change for others."""
        self._decide_parties([self._live_parties("WHERE p.mention_id = ?", mention_id)])

    def _regroup(self, keys: set[str], loose: Iterable[_Party] = ()) -> None:
        """Decides anew which of the unlisted organisations with these names, `loose` among them, are one."""
        for group in _linked(self._loose_parties(keys, loose)):
            names = {name for party in group for name in party.names}
            org = self._write_provisional(names, {party.type for party in group}, {party.country for party in group})
            for party in group:
                if party.org_id != org:
                    self._move_party(party, org)

    def _decide_parties(self, found: Iterable[list[_Party]]) -> None:
        keys: set[str] = set()
        loose = []
        for party in {party.place: party for parties in found for party in parties}.values():
            org = self._known_org(party)
            if org is None:
                org = self._join(party)
                if org is None:
                    loose.append(party)
                    keys |= {key for key, _ in party.names}
            elif self._is_provisional(party.org_id):
                keys |= {key for key, _ in party.names}
            if org is not None and org != party.org_id:
                self._move_party(party, org)
        self._regroup(keys, loose)

    def _join(self, party: _Party) -> str | None:
        """The unlisted organisation that all names of a new party already mean, if there is one, which it then joins.

        Most parties need no more, and so cost the same however many bear the name.
        """
        if party.org_id is not None:
            return None
        orgs = set()
        for key, _ in party.names:
            bearer = self.row(
                "SELECT p.mention_id, p.position, p.org_id FROM mention_names n"
                " JOIN mention_parties p USING (mention_id, position) JOIN organizations o ON o.id = p.org_id"
                " WHERE n.key = ? AND o.provisional LIMIT 1",
                [key],
            )
            if bearer is None or not self._is_loose(bearer["mention_id"], bearer["position"]):
                return None
            orgs.add(bearer["org_id"])
        if len(orgs) != 1:
            return None
        row = self.row("SELECT id, type, country FROM organizations WHERE id = ?", [orgs.pop()])
        assert row is not None
        known = self.rows("SELECT key, alias FROM aliases WHERE org_id = ? AND origin = 'article'", [row["id"]])
        names = {(one["key"], one["alias"]) for one in known} | set(party.names)
        return self._write_provisional(names, {row["type"], party.type}, {row["country"], party.country})

    def _loose_parties(self, keys: set[str], loose: Iterable[_Party]) -> list[_Party]:
        """The live parties of no known organisation with any of these names, or linked to such by names they share."""
        found = {party.place: party for party in loose}
        queue, done = sorted(keys), set(keys)
        while queue:
            for party in self._live_parties(
                "JOIN mention_names k USING (mention_id, position) LEFT JOIN organizations o ON o.id = p.org_id"
                " WHERE k.key = ? AND (p.org_id IS NULL OR o.provisional)",
                queue.pop(),
            ):
                if party.place not in found and self._known_org(party) is None:
                    found[party.place] = party
                    queue += sorted({key for key, _ in party.names} - done)
                    done |= {key for key, _ in party.names}
        return [found[place] for place in sorted(found)]

    def _live_parties(self, where: str, value: Any) -> list[_Party]:
        """Parties with their names, of mentions that are not withdrawn (those have no names), in order of place."""
        rows = self.rows(
            "SELECT p.mention_id, p.position, p.given_id, p.org_id, p.type, p.country, n.key, n.name"
            f" FROM mention_parties p JOIN mention_names n USING (mention_id, position) {where}"
            " ORDER BY p.mention_id, p.position, n.rank, n.key",
            [value],
        )
        parties: dict[tuple[int, int], _Party] = {}
        for row in rows:
            place = row["mention_id"], row["position"]
            facts = row["given_id"], row["org_id"], row["type"], row["country"]
            parties.setdefault(place, _Party(*place, *facts, [])).names.append((row["key"], row["name"]))
        return list(parties.values())

    def _is_loose(self, mention_id: int, position: int) -> bool:
        parties = self._live_parties("WHERE p.mention_id = ?", mention_id)
        return any(party.position == position and self._known_org(party) is None for party in parties)

    def _is_provisional(self, org: str | None) -> bool:
        return self.row("SELECT 1 FROM organizations WHERE id = ? AND provisional", [org]) is not None

    def _table_org(self, key: str) -> str | None:
        """The one organisation the table or a person gives this name to; None when none or several do."""
        found = self.rows("SELECT org_id, origin FROM aliases WHERE key = ? AND origin != 'article'", [key])
        said = {row["org_id"] for row in found if row["origin"] == "person"} or {row["org_id"] for row in found}
        return said.pop() if len(said) == 1 else None

    def _known_org(self, party: _Party) -> str | None:
        """Steps 1 and 2: a person's alias for its name, the row the reader named, or the row a name stands for."""
        if party.names:
            said = self.rows("SELECT org_id FROM aliases WHERE key = ? AND origin = 'person'", [party.names[0][0]])
            if len(said) == 1:
                return str(said[0]["org_id"])
        if party.given_id and self.row(
            "SELECT 1 FROM organizations WHERE id = ? AND NOT provisional", [party.given_id]
        ):
            return party.given_id
        for key, _ in party.names:
            org = self._table_org(key)
            if org:
                return org
        return None

    def _write_provisional(
        self, names: set[tuple[str, str]], types: set[str | None], countries: set[str | None]
    ) -> str:
        """The row for one unknown organisation, named by the least of its keys (Latin ones first, for readable ids)."""
        key = min((key for key, _ in names), key=lambda k: (not k.isascii(), k))
        org = provisional_id(key)
        name = min(name for found, name in names if found == key)
        facts = [min((one for one in said if one), default=None) for said in (types, countries)]
        self.conn.execute(
            "INSERT INTO organizations (id, name, type, country, provisional) VALUES (?1, ?2, ?3, ?4, 1)"
            " ON CONFLICT (id) DO UPDATE SET name = ?2, type = ?3, country = ?4, merged_into = NULL"
            " WHERE provisional AND (name, type, country, merged_into) IS NOT (?2, ?3, ?4, NULL)",
            [org, name, *facts],
        )
        self._save_article_aliases(org, names)
        return org

    def _save_article_aliases(self, org: str, names: set[tuple[str, str]]) -> None:
        wanted = {key: min(name for other, name in names if other == key) for key, _ in names}
        stored = {
            row["key"]: row["alias"]
            for row in self.rows("SELECT key, alias FROM aliases WHERE org_id = ? AND origin = 'article'", [org])
        }
        self.conn.executemany(
            "DELETE FROM aliases WHERE org_id = ? AND key = ?", [(org, key) for key in sorted(stored.keys() - wanted)]
        )
        self.conn.executemany(
            "INSERT INTO aliases (key, org_id, alias, origin) VALUES (?, ?, ?, 'article')"
            " ON CONFLICT (key, org_id) DO UPDATE SET alias = excluded.alias WHERE origin = 'article'",
            [(key, org, alias) for key, alias in sorted(wanted.items()) if stored.get(key) != alias],
        )

    def _move_party(self, party: _Party, org: str) -> None:
        """Gives a party another organisation; its deal and its neighbours are resolved again."""
        mention, old = party.mention_id, party.org_id
        self._mark_neighbours(mention)
        self.conn.execute(
            "UPDATE mention_parties SET org_id = ? WHERE mention_id = ? AND position = ?",
            [org, mention, party.position],
        )
        self._index_pairs(mention)
        if old and not self.row("SELECT 1 FROM mention_parties WHERE org_id = ? LIMIT 1", [old]):
            self.conn.execute("DELETE FROM aliases WHERE org_id = ? AND origin = 'article'", [old])
            self.conn.execute("UPDATE organizations SET merged_into = ? WHERE id = ? AND provisional", [org, old])

    def _mark_neighbours(self, mention_id: int) -> None:
        raise NotImplementedError  # given by Extractions

    def _index_pairs(self, mention_id: int) -> None:
        raise NotImplementedError  # given by Extractions


def _linked(parties: Iterable[_Party]) -> list[list[_Party]]:
    """Groups parties so that those sharing a name, directly or through others, are together."""
    groups: list[tuple[set[str], list[_Party]]] = []
    for party in parties:
        keys, members = {key for key, _ in party.names}, [party]
        apart = []
        for group in groups:
            if group[0] & keys:
                keys |= group[0]
                members = group[1] + members
            else:
                apart.append(group)
        groups = [*apart, (keys, members)]
    return [members for _, members in groups]
