# The three commands of the house. `make test` is what CI runs.
CARGO ?= cargo
CARGO_TARGET_DIR ?= target
export CARGO_TARGET_DIR
ARGS ?=

.PHONY: build demo test libraries test-tools clean

build: libraries
	$(CARGO) build --release -p baize

demo: build
	$(CARGO_TARGET_DIR)/release/baize demo $(ARGS)

# Style sheets, scripts and icons from npm; district boundaries by pinned hash.
libraries: web/node_modules/.package-lock.json
	tools/fetch

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	npm ci --prefix web --no-audit --no-fund --loglevel=error
	touch $@

test-tools:
	tools/test-tools

# The same stories on SQLite and PostgreSQL, pages in both languages, a browser at the end.
test: libraries test-tools
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) test --workspace
	$(CARGO) build -p baize
	python3 tools/check_vectors.py
	node --test web/tests/*.test.mjs
	node web/tests/browser/run.mjs

clean:
	$(CARGO) clean
	rm -rf web/node_modules
