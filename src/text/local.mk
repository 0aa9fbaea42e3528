# Sources and tests of src/text: sentences
EXTRA_DIST += src/text/en.def
