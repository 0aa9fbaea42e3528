# Units, sysusers, tmpfiles, journal catalog, sample settings

sysusersdir = $(prefix)/lib/sysusers.d
tmpfilesdir = $(prefix)/lib/tmpfiles.d
catalogdir = $(prefix)/lib/systemd/catalog
unitdropindir = $(systemdsystemunitdir)/magikald.service.d

nodist_systemdsystemunit_DATA = systemd/magikald.service
if SYSTEMD_254
dist_unitdropin_DATA = systemd/50-systemd-254.conf
endif
nodist_sysusers_DATA = systemd/magikal.conf
nodist_tmpfiles_DATA = systemd/tmpfiles/magikal.conf
dist_catalog_DATA = systemd/magikal.catalog
dist_doc_DATA = systemd/magikald.conf

EXTRA_DIST += systemd/magikald.service.in systemd/50-systemd-254.conf systemd/magikal.sysusers systemd/magikal.tmpfiles
CLEANFILES += systemd/magikald.service systemd/magikal.conf systemd/tmpfiles/magikal.conf

# @…@ only where a path of this build belongs
systemd/magikald.service: systemd/magikald.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed -e 's|@bindir[@]|$(bindir)|g' -e 's|@sbindir[@]|$(sbindir)|g' $(srcdir)/systemd/magikald.service.in >$@.tmp && mv $@.tmp $@

# Both are installed as magikal.conf, in directories of their own
systemd/magikal.conf: systemd/magikal.sysusers
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp $(srcdir)/systemd/magikal.sysusers $@
systemd/tmpfiles/magikal.conf: systemd/magikal.tmpfiles
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp $(srcdir)/systemd/magikal.tmpfiles $@

TESTS += tests/unit/check-units.sh
dist_check_SCRIPTS += tests/unit/check-units.sh
check_DATA += systemd/magikald.service
