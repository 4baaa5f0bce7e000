"""How a command ended, as an exit code that a shell script or cron can act on."""

from enum import IntEnum


class Outcome(IntEnum):
    """The exit codes of every command that does work."""

    OK = 0
    PARTLY = 1
    """Something was done, something else failed; what failed is kept and tried again by the next run."""
    NOTHING = 2
    """Nothing could be done (also click's own code for a command line it does not understand)."""
    REFUSED = 3
    """Another run holds the database."""

    @classmethod
    def of(cls, done: int, failed: int) -> "Outcome":
        """The outcome of work of which ``done`` parts went well and ``failed`` did not."""
        if not failed:
            return cls.OK
        return cls.PARTLY if done else cls.NOTHING
