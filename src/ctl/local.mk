# magikalctl, the operator's program
bin_PROGRAMS += magikalctl
magikalctl_SOURCES = \
	src/ctl/ctl-audit.c \
	src/ctl/ctl-database.c \
	src/ctl/ctl-doctor.c \
	src/ctl/ctl-person.c \
	src/ctl/ctl-query.c \
	src/ctl/ctl-query.h \
	src/ctl/ctl-status.c \
	src/ctl/ctl-watch.c \
	src/ctl/ctl.h \
	src/ctl/main.c
magikalctl_LDADD = src/libdoctor.a $(STORE_LIBS) $(RSI_LIBS) $(REST_LIBS) $(IPC_LIBS) $(CONFIG_LIBS) $(KEYS_LIBS) $(BASE_LIBS)
