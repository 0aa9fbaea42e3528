# Sources and tests of src/sandbox
include src/sandbox/web.mk
