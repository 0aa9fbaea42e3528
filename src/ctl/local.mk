# magikalctl, the operator's program
bin_PROGRAMS += magikalctl
magikalctl_SOURCES = src/ctl/main.c src/ctl/ctl.h src/ctl/ctl-database.c src/ctl/ctl-status.c src/ctl/ctl-watch.c
magikalctl_LDADD = $(STORE_LIBS) $(IPC_LIBS) $(CONFIG_LIBS) $(KEYS_LIBS) $(BASE_LIBS)
