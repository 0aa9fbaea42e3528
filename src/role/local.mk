# How a child process begins; names of roles and owners
noinst_LIBRARIES += src/librole.a
src_librole_a_SOURCES = src/role/role.c
