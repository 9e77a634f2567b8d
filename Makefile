# Every target sets up what it needs first. Needs Python 3.11 or newer, and make.
# make demo ARGS=--once        make test ARGS="-k merge"

.POSIX:
.PHONY: demo live test check bench bench-judgement scale docs record lint types lock audit backup machines upgrade stop faults crash fuzz matrix clean set-up set-up-dev set-up-peers canary

ARGS =
BIN = .venv/bin

demo: set-up
	@$(BIN)/shipwake demo $(ARGS)

live: set-up-dev
	@PYTHONPATH=examples $(BIN)/python -m live $(ARGS)

test: set-up-dev
	@$(BIN)/python -m pytest $(ARGS)

check: lint types test

# Kills at every crash point, planted bugs, random kills: about half an hour. ARGS=--help lists its parts.
crash: set-up-dev
	@PYTHONPATH=src:.:examples $(BIN)/python -m tests.crash $(ARGS)

lint: set-up-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: set-up-dev
	@$(BIN)/mypy

# Every fault at its full length, about six minutes, and the table of what was observed.
faults: set-up-dev
	@PYTHONPATH=.:examples $(BIN)/python -m tests.faults $(ARGS)

bench: set-up-dev
	@PYTHONPATH=examples $(BIN)/python -m bench $(ARGS)

# One thread a process, for the product and its peers alike: what is measured is the work, not the cores.
bench-judgement: set-up-dev set-up-peers
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m bench.judgement $(ARGS)

# Half an hour; ARGS="looks pages" measures some stages, ARGS=--quick shows whether it runs, ARGS=none writes the page.
scale: set-up-dev set-up-peers
	@$(BIN)/python -m bench.scale $(ARGS)

# Guided by coverage where atheris has a wheel; ARGS are the seconds for each parser.
fuzz: set-up-dev
	@PYTHONPATH=examples $(BIN)/python -m tests.fuzz $(ARGS)

# Every answer and delivery with a canary's address in it, and a whole life searched for secrets: five minutes.
canary: set-up-dev
	@CANARY=long SECRETS=long $(BIN)/python -m pytest -q tests/hostile/test_canary.py tests/hostile/test_secrets.py $(ARGS)

# Every path × every method × every kind of caller, printed.
matrix: set-up-dev
	@MATRIX=whole $(BIN)/python -m pytest -q -s tests/web/test_matrix.py $(ARGS)

docs: set-up-dev
	@$(BIN)/python -m scripts.reference $(ARGS)

record: set-up-dev
	@PYTHONPATH=examples $(BIN)/python -m shop.record --out examples/shop/recording $(ARGS)

# Told to stop in the middle of anything: two minutes.
stop: set-up-dev
	@STOP=long $(BIN)/python -m pytest -s tests/stop $(ARGS)

# Every story of many machines at its whole length: leases run out by themselves.
machines: set-up-dev
	@MACHINES=long $(BIN)/python -m pytest -s tests/machines $(ARGS)

# From the commit in ARGS to this one, on both databases.
upgrade: set-up-dev
	@MACHINES=all UPGRADE_FROM=$(ARGS) $(BIN)/python -m pytest -s tests/machines/test_upgrade.py

# A copy under load on both databases, restored and compared; `make bench ARGS="backup prune"` prints the figures.
backup: set-up-dev
	@BACKUP=long $(BIN)/python -m pytest tests/bench/test_backup.py $(ARGS)

# Asks whether a locked dependency has a known weakness: 1 if so, 69 where nobody could be asked.
audit: set-up-dev
	@$(BIN)/python scripts/audit.py $(ARGS)

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
