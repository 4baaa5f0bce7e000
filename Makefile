# The commands live in ./dev, which needs no make; this lets `make test` work as people expect.
demo test lint lock:
	./dev $@
.PHONY: demo test lint lock
