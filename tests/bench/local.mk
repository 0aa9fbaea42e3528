# Benchmarks: figures with units, compared within one run where they can be. Never part of "make check".
#       make bench BENCH='calls memory'         only these sections (default: all)
#       make bench BENCH=--quick                short runs
BENCH =
BENCHERS = tests/bench/bench-converse tests/bench/bench-sandbox tests/bench/bench-seal
EXTRA_PROGRAMS += $(BENCHERS)
CLEANFILES += $(BENCHERS)
EXTRA_DIST += \
	tests/bench/bench.py \
	tests/bench/calls.py \
	tests/bench/durable.py \
	tests/bench/memory.py \
	tests/bench/package-lock.json \
	tests/bench/package.json \
	tests/bench/peer.mjs \
	tests/bench/peers.py \
	tests/bench/presses.py \
	tests/bench/recovery.py \
	tests/bench/rig.py \
	tests/bench/sandbox.py

tests_bench_bench_converse_SOURCES = tests/bench/converse.c
tests_bench_bench_sandbox_SOURCES = tests/bench/sandbox-client.c
tests_bench_bench_seal_SOURCES = tests/bench/seal.c
tests_bench_bench_seal_LDADD = $(KEYS_LIBS) $(BASE_LIBS)

.PHONY: bench
bench: all $(BENCHERS)
	MAGIKAL_BUILD_DIR='$(abs_top_builddir)' MAGIKAL_SOURCE_DIR='$(abs_top_srcdir)' MAGIKAL_PG_BINDIR='$(PG_BINDIR)' \
		python3 $(srcdir)/tests/bench/bench.py $(BENCH)
