# What the doctor looks at: gathered for the worker and for magikalctl; the checks themselves are in src/domain
noinst_LIBRARIES += src/libdoctor.a
src_libdoctor_a_SOURCES = \
	src/doctor/decode.c \
	src/doctor/decode.h \
	src/doctor/gather.c
