# The installed units under a real service manager, booted in a container over an overlay of this machine's own root; needs root
EXTRA_DIST += tests/e2e/systemd/run.sh tests/e2e/systemd/inside.sh

.PHONY: e2e-systemd
e2e-systemd: all
	MAGIKAL_BUILD_DIR='$(abs_top_builddir)' MAGIKAL_SOURCE_DIR='$(abs_top_srcdir)' MAGIKAL_PG_BINDIR='$(PG_BINDIR)' MAGIKAL_PREFIX='$(prefix)' \
		MAKE='$(MAKE)' $(srcdir)/tests/e2e/systemd/run.sh
