# Decodes, decides, accepts; drives many flows at once
noinst_LIBRARIES += src/libworker.a
src_libworker_a_SOURCES = \
	src/worker/audit-command.c \
	src/worker/controls.c \
	src/worker/doctor-command.c \
	src/worker/guilds.c \
	src/worker/job.c \
	src/worker/look.c \
	src/worker/lost-ticket.c \
	src/worker/members.c \
	src/worker/person.c \
	src/worker/recruit-command.c \
	src/worker/recruit-decide.c \
	src/worker/recruit-open.c \
	src/worker/recruit-qna.c \
	src/worker/recruit-step1.c \
	src/worker/recruit.c \
	src/worker/recruit.h \
	src/worker/reopen-message.c \
	src/worker/support.c \
	src/worker/sweep.c \
	src/worker/targets.c \
	src/worker/tickets-command.c \
	src/worker/timezones.c \
	src/worker/topics.c \
	src/worker/unasked.c \
	src/worker/upkeep.c \
	src/worker/worker.c \
	src/worker/worker.h \
	src/worker/world.c
