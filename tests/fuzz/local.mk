# Fuzzers: parsers of foreign bytes under libFuzzer with ASan and UBSan. They need clang, and are built and run only by `make fuzz`:
#       make fuzz CC=clang FUZZ_SECONDS=60
FUZZ_CFLAGS = $(AM_CFLAGS) -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
FUZZ_SECONDS = 30
FUZZERS = \
	tests/fuzz/fuzz-answer \
	tests/fuzz/fuzz-custom-id \
	tests/fuzz/fuzz-gateway \
	tests/fuzz/fuzz-handle \
	tests/fuzz/fuzz-interaction \
	tests/fuzz/fuzz-qna \
	tests/fuzz/fuzz-question \
	tests/fuzz/fuzz-rest-reply \
	tests/fuzz/fuzz-rsi-page \
	tests/fuzz/fuzz-sandbox-request \
	tests/fuzz/fuzz-text \
	tests/fuzz/fuzz-timezone
EXTRA_PROGRAMS += $(FUZZERS)
CLEANFILES += $(FUZZERS)
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/run.sh

FUZZ_BASE = src/base/json.c src/base/strbuf.c src/base/unicode.c
FUZZ_LIBS = $(CJSON_LIBS) $(SODIUM_LIBS)

FUZZ_ANSWER = src/domain/answer-json.c src/domain/answer.c src/domain/text-clean.c src/domain/time-range.c src/domain/time-range.h \
	src/domain/timezone.c src/domain/zone-rules.c src/text/text.c $(FUZZ_BASE)

tests_fuzz_fuzz_answer_SOURCES = tests/fuzz/fuzz-answer.c $(FUZZ_ANSWER)
tests_fuzz_fuzz_answer_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_answer_LDADD = $(FUZZ_LIBS)

tests_fuzz_fuzz_custom_id_SOURCES = tests/fuzz/fuzz-custom-id.c tests/lib/known-keys.h src/base/keys.c src/discord/custom-id.c $(FUZZ_BASE)
tests_fuzz_fuzz_custom_id_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_custom_id_LDADD = $(FUZZ_LIBS)

tests_fuzz_fuzz_gateway_SOURCES = tests/fuzz/fuzz-gateway.c src/base/secret.c src/base/strbuf.c src/base/url.c src/discord/close-code.c \
	src/discord/gateway.c src/discord/gateway-session.c src/discord/skim.c src/discord/zlib-stream.c
tests_fuzz_fuzz_gateway_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_gateway_LDADD = $(SODIUM_LIBS) $(ZLIB_LIBS)

tests_fuzz_fuzz_handle_SOURCES = tests/fuzz/fuzz-handle.c src/domain/handle.c src/text/text.c $(FUZZ_BASE)
tests_fuzz_fuzz_handle_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_handle_LDADD = $(FUZZ_LIBS)

tests_fuzz_fuzz_interaction_SOURCES = tests/fuzz/fuzz-interaction.c src/discord/interaction.c src/discord/command.c src/discord/cut.c src/base/keys.c $(FUZZ_BASE)
tests_fuzz_fuzz_interaction_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_interaction_LDADD = $(FUZZ_LIBS)

tests_fuzz_fuzz_qna_SOURCES = tests/fuzz/fuzz-qna.c src/flows/qna-form.c src/domain/question.c $(FUZZ_ANSWER)
tests_fuzz_fuzz_qna_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_qna_LDADD = $(FUZZ_LIBS)

tests_fuzz_fuzz_question_SOURCES = tests/fuzz/fuzz-question.c src/domain/question-json.c src/domain/question.c $(FUZZ_ANSWER)
tests_fuzz_fuzz_question_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_question_LDADD = $(FUZZ_LIBS)

tests_fuzz_fuzz_rest_reply_SOURCES = tests/fuzz/fuzz-rest-reply.c src/discord/error-code.c src/discord/rest-reply.c src/discord/route.c $(FUZZ_BASE)
tests_fuzz_fuzz_rest_reply_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_rest_reply_LDADD = $(CJSON_LIBS)

tests_fuzz_fuzz_rsi_page_SOURCES = tests/fuzz/fuzz-rsi-page.c src/rsi/rsi-citizen.c src/rsi/rsi-html.c src/rsi/rsi-name.c src/rsi/rsi-organisation.c \
	src/rsi/rsi-read.c src/base/url.c src/domain/handle.c src/domain/text-clean.c $(FUZZ_BASE)
tests_fuzz_fuzz_rsi_page_CPPFLAGS = $(AM_CPPFLAGS) $(XML2_CFLAGS)
tests_fuzz_fuzz_rsi_page_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_rsi_page_LDADD = $(CJSON_LIBS) $(XML2_LIBS)

tests_fuzz_fuzz_sandbox_request_SOURCES = tests/fuzz/fuzz-sandbox-request.c src/sandbox/exact-json.c src/sandbox/multipart.c src/sandbox/request.c $(FUZZ_BASE)
tests_fuzz_fuzz_sandbox_request_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_sandbox_request_LDADD = $(FUZZ_LIBS)

tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz-text.c src/discord/cut.c src/domain/access-mode.c src/domain/application.c \
	src/domain/channel-name.c src/domain/text-clean.c src/domain/timezone.c src/domain/topic.c src/text/text.c $(FUZZ_BASE)
tests_fuzz_fuzz_text_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_text_LDADD = $(FUZZ_LIBS)

tests_fuzz_fuzz_timezone_SOURCES = tests/fuzz/fuzz-timezone.c src/domain/timezone-find.c src/domain/timezone.c src/text/text.c $(FUZZ_BASE)
tests_fuzz_fuzz_timezone_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_timezone_LDADD = $(FUZZ_LIBS)

.PHONY: fuzz
fuzz: $(FUZZERS)
	$(srcdir)/tests/fuzz/run.sh $(FUZZ_SECONDS) $(abs_srcdir)/tests/fuzz/corpus $(FUZZERS)
