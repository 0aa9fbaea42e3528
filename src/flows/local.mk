# The product: one file for each thing that a person can do
noinst_LIBRARIES += src/libflows.a
src_libflows_a_SOURCES = \
	src/flows/citizen.c \
	src/flows/config-recruit.c \
	src/flows/config-tickets.c \
	src/flows/flows.c \
	src/flows/flows.h \
	src/flows/panel.c \
	src/flows/pieces.c \
	src/flows/qna-form.c \
	src/flows/reconcile.c \
	src/flows/recruit-approve.c \
	src/flows/recruit-close.c \
	src/flows/recruit-end.c \
	src/flows/recruit-finalise.c \
	src/flows/recruit-member.c \
	src/flows/recruit-qna.c \
	src/flows/recruit-reject.c \
	src/flows/recruit-remove.c \
	src/flows/recruit-reopen.c \
	src/flows/recruit-step1.c \
	src/flows/recruit-tail.c \
	src/flows/recruit.h \
	src/flows/rsi-refresh.c \
	src/flows/settings-step.c \
	src/flows/shown.c \
	src/flows/step1-form.c \
	src/flows/support-resolve.c \
	src/flows/ticket-open.c
