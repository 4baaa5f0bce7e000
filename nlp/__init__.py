"""Reading company partnerships out of Korean and English news."""

import os

# The heads multiply small matrices: a second BLAS thread costs more than it brings. To be said before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from nlp.reader import Reader, load_reader

__all__ = ["Reader", "load_reader"]
