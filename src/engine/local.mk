# Crash-safe steps; knows no ticket
noinst_LIBRARIES += src/libengine.a
src_libengine_a_SOURCES = \
	src/engine/ack.c \
	src/engine/commit.c \
	src/engine/engine.c \
	src/engine/retry.c \
	src/engine/run.c \
	src/engine/run.h \
	src/engine/step.c \
	src/engine/words.c
