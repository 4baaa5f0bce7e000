# The commands live in ./dev, which needs no make; this lets `make test` work as people expect.
COMMANDS = demo test lint lock faults fuzz soak
$(COMMANDS):
	./dev $@
.PHONY: $(COMMANDS)

bench:
	./dev bench $(or $(NAME),resolution)
.PHONY: bench
