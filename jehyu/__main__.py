"""``python -m jehyu`` is the same as ``jehyu``."""

from jehyu.cli import main

main()
