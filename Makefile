# Every target sets up what it needs first. Needs Python 3.11 or newer, and make.
# make demo ARGS=--once        make test ARGS="-k merge"

.POSIX:
.PHONY: demo live test check bench bench-judgement docs record lint types lock clean set-up set-up-dev set-up-peers fuzz matrix

ARGS =
BIN = .venv/bin

demo: set-up
	@$(BIN)/shipwake demo $(ARGS)

live: set-up-dev
	@PYTHONPATH=examples $(BIN)/python -m live $(ARGS)

test: set-up-dev
	@$(BIN)/python -m pytest $(ARGS)

check: lint types test

lint: set-up-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: set-up-dev
	@$(BIN)/mypy

bench: set-up-dev
	@PYTHONPATH=examples $(BIN)/python -m bench $(ARGS)

# One thread a process, for the product and its peers alike: what is measured is the work, not the cores.
bench-judgement: set-up-dev set-up-peers
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m bench.judgement $(ARGS)

# Guided by coverage where atheris has a wheel; ARGS are the seconds for each parser.
fuzz: set-up-dev
	@PYTHONPATH=examples $(BIN)/python -m tests.fuzz $(ARGS)

# Every path × every method × every kind of caller, printed.
matrix: set-up-dev
	@MATRIX=whole $(BIN)/python -m pytest -q -s tests/web/test_matrix.py $(ARGS)

docs: set-up-dev
	@$(BIN)/python -m scripts.reference $(ARGS)

record: set-up-dev
	@PYTHONPATH=examples $(BIN)/python -m shop.record --out examples/shop/recording $(ARGS)

lock: set-up-dev
	@sh scripts/lock.sh $(ARGS)

clean:
	rm -rf .boot .venv .peers node_modules src/shipwake/web/static/lib

set-up:
	@sh scripts/python.sh scripts/set_up.py runtime

set-up-dev:
	@sh scripts/python.sh scripts/set_up.py dev

set-up-peers:
	@sh scripts/python.sh scripts/set_up.py peers
