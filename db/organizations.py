"""Which organisation a name in an article means: a row of the company table, or a provisional one.

The answer is a function of the live mentions and the table alone, not of the order in which they came: a party is (1)
the table row the reader named, else (2) the one table row its name, then its aliases, stand for, else (3) provisional,
where names that some article gives as aliases of one another are one organisation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from db.base import StoreBase
from db.names import fold, provisional_id

_COLUMNS = ("id", "name", "name_ko", "name_en", "type", "country", "ticker", "sector", "parent_id", "tags")


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
        if not keys:
            return
        for component in self._components(keys):
            self._assign(component)

    def _components(self, keys: set[str]) -> list[list[Any]]:
        """The parties bearing the keys, closed over shared names: lists of rows (mention_id, position, names)."""
        components, done = [], set()
        for start in sorted(keys):
            if start in done:
                continue
            parties: dict[tuple[int, int], list[Any]] = {}
            queue = [start]
            done.add(start)
            while queue:
                key = queue.pop()
                for row in self.rows(
                    "SELECT o.mention_id, o.position, o.key, o.rank, o.name FROM mention_names n"
                    " JOIN mention_names o USING (mention_id, position) WHERE n.key = ? ORDER BY o.rank, o.key",
                    [key],
                ):
                    names = parties.setdefault((row["mention_id"], row["position"]), [])
                    if not any(name[0] == row["key"] for name in names):
                        names.append((row["key"], row["name"]))
                    if row["key"] not in done and not self._is_table_name(row["key"]):
                        done.add(row["key"])
                        queue.append(row["key"])
            components.append([(*party, names) for party, names in sorted(parties.items())])
        return components

    def _is_table_name(self, key: str) -> bool:
        return self._table_org(key) is not None

    def _table_org(self, key: str) -> str | None:
        """The one organisation the table or a person gives this name to; None when none or several do."""
        found = self.rows("SELECT org_id, origin FROM aliases WHERE key = ? AND origin != 'article'", [key])
        said = {row["org_id"] for row in found if row["origin"] == "person"} or {row["org_id"] for row in found}
        return said.pop() if len(said) == 1 else None

    def _known_org(self, given: str | None, names: list[tuple[str, str]]) -> str | None:
        """Steps 1 and 2: a person's alias for its name, the row the reader named, or the row a name stands for."""
        if names:
            said = self.rows("SELECT org_id FROM aliases WHERE key = ? AND origin = 'person'", [names[0][0]])
            if len(said) == 1:
                return str(said[0]["org_id"])
        if given and self.row("SELECT 1 FROM organizations WHERE id = ? AND NOT provisional", [given]):
            return given
        for key, _ in names:
            org = self._table_org(key)
            if org:
                return org
        return None

    def _assign(self, component: list[Any]) -> None:
        """Sets org_id for the parties of one component (mention_id, position, [(key, name)])."""
        given = {
            (row["mention_id"], row["position"]): row
            for row in self.rows(
                "SELECT mention_id, position, given_id, org_id, type, country FROM mention_parties"
                " WHERE mention_id IN (SELECT value FROM json_each(?))",
                [json.dumps(sorted({mention for mention, _, _ in component}))],
            )
        }
        loose = []
        changed = []
        for mention, position, names in component:
            party = given[mention, position]
            org = self._known_org(party["given_id"], names)
            if org is None:
                loose.append((party, names))
            elif org != party["org_id"]:
                changed.append((org, party))
        for group in _linked(loose):
            org = self._provisional(group)
            changed += [(org, party) for party, _ in group if party["org_id"] != org]
        for org, party in changed:
            self._move_party(party, org)

    def _provisional(self, group: list[Any]) -> str:
        """The row for one unknown organisation, named by the least of its keys (Latin ones first, for readable ids)."""
        names = {name for _, found in group for name in found}
        key = min((key for key, _ in names), key=lambda k: (not k.isascii(), k))
        org = provisional_id(key)
        name = min(name for found, name in names if found == key)
        facts = [
            min((party[field] for party, _ in group if party[field]), default=None) for field in ("type", "country")
        ]
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

    def _move_party(self, party: Any, org: str) -> None:
        """Gives a party another organisation; its deal and its neighbours are resolved again."""
        mention = party["mention_id"]
        self._mark_neighbours(mention)
        old = party["org_id"]
        self.conn.execute(
            "UPDATE mention_parties SET org_id = ? WHERE mention_id = ? AND position = ?",
            [org, mention, party["position"]],
        )
        self._index_pairs(mention)
        if old and not self.row("SELECT 1 FROM mention_parties WHERE org_id = ? LIMIT 1", [old]):
            self.conn.execute("DELETE FROM aliases WHERE org_id = ? AND origin = 'article'", [old])
            self.conn.execute("UPDATE organizations SET merged_into = ? WHERE id = ? AND provisional", [org, old])

    def _mark_neighbours(self, mention_id: int) -> None:
        raise NotImplementedError  # given by Extractions

    def _index_pairs(self, mention_id: int) -> None:
        raise NotImplementedError  # given by Extractions


def _linked(parties: list[Any]) -> list[list[Any]]:
    """Groups (party, [(key, name)]) so that parties sharing a key, directly or through others, are together."""
    groups: list[tuple[set[str], list[Any]]] = []
    for party, names in parties:
        keys, members = {key for key, _ in names}, [(party, names)]
        apart = []
        for group in groups:
            if group[0] & keys:
                keys |= group[0]
                members = group[1] + members
            else:
                apart.append(group)
        groups = [*apart, (keys, members)]
    return [members for _, members in groups]
