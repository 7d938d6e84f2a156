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

# Style sheets, scripts and icons from npm; boundaries and face models by pinned hash.
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
	$(CARGO) clippy --workspace --all-targets --features presence/face -- -D warnings
	$(CARGO) test --workspace --features presence/face
	$(CARGO) build -p baize
	python3 tools/check_vectors.py
	python3 tools/check_face.py $(CARGO_TARGET_DIR)/debug/examples/faces $(CARGO_TARGET_DIR)/debug/baize
	node --test web/tests/*.test.mjs
	node web/tests/browser/run.mjs

clean:
	$(CARGO) clean
	rm -rf web/node_modules
