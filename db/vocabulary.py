"""The closed vocabularies of the extraction contract, as the schema and the resolver know them."""

KINDS = (
    "alliance",
    "mou",
    "joint_venture",
    "joint_development",
    "supply",
    "adoption",
    "license",
    "distribution",
    "investment",
    "acquisition",
    "consortium",
    "other",
)
STATUSES = ("signed", "announced", "planned", "talks", "rumoured", "ended", "denied")
PRECISIONS = ("day", "month", "quarter", "year")
# An event with one of these stands in the `partnerships` view.
STANDING = ("signed", "announced", "planned")

RUN_OUTCOMES = ("ok", "partial", "failed", "refused", "interrupted")
REVIEW_ACTIONS = ("confirm", "reject", "correct", "merge", "split", "add_alias")


def sql_list(words: tuple[str, ...]) -> str:
    """The words as an SQL value list, for CHECK constraints and views; only for the constants above."""
    return ", ".join(f"'{word}'" for word in words)
