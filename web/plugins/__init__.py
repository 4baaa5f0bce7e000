"""Our Datasette plugins, one idea a module: what is guarded, how it looks, the pages, feeds, curation."""

from datasette import handle_exception
from datasette.plugins import pm

from web.plugins import cells, curation, feeds, guard, language, pages

MODULES = (guard, language, pages, cells, feeds, curation)


def register() -> None:
    """Tell Datasette of our plugins. Its plugin manager is one a process, so the second call does nothing."""
    # Where rich is installed, Datasette prints every local variable at each missing page: a second's work, and unsafe.
    handle_exception.rich = None
    for module in MODULES:
        if not pm.is_registered(module):
            pm.register(module)
